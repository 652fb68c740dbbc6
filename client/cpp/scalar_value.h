// A number, a flag, a choice or a text of a setting. Used by setting_value and list_value.
#ifndef ADVANTAGED_CLIENT_CPP_SCALAR_VALUE_H_
#define ADVANTAGED_CLIENT_CPP_SCALAR_VALUE_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>

namespace advantaged::client {

// The number that `text` is from its first to its last character, in any locale.
std::optional<std::uint32_t> ParseWhole(const std::string& text);
// Finite: 4, -5, .5, 2., +1e-8.
std::optional<double> ParseReal(const std::string& text);

// Sets `field`, which is neither repeated nor a message, from its text. Returns what the text must
// be, "one of zero, error, …; did you mean …", or "" if it was that.
std::string SetScalar(const google::protobuf::FieldDescriptor& field, const std::string& text,
                      google::protobuf::Message& message);

// The reverse.
std::string FormatScalar(const google::protobuf::FieldDescriptor& field,
                         const google::protobuf::Message& message);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_SCALAR_VALUE_H_
