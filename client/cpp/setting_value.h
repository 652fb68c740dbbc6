// One setting between its text and its field: a parameter of a method, or a field of a request.
// docs/settings.md has the forms of the values. Used by method_spec and settings_line.
#ifndef ADVANTAGED_CLIENT_CPP_SETTING_VALUE_H_
#define ADVANTAGED_CLIENT_CPP_SETTING_VALUE_H_

#include <absl/status/status.h>

#include <string>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace advantaged::client {

// Sets `field` of `message` from its text. INVALID_ARGUMENT names the field and the value and says
// what it must be.
absl::Status SetValue(const google::protobuf::FieldDescriptor& field, const std::string& text,
                      google::protobuf::Message& message);

// Whether `field` of `message` is set.
bool HasValue(const google::protobuf::FieldDescriptor& field,
              const google::protobuf::Message& message);

// The text of `field`; that of all but tables reads back as the same value.
std::string FormatValue(const google::protobuf::FieldDescriptor& field,
                        const google::protobuf::Message& message);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_SETTING_VALUE_H_
