// One parameter of a method between its text and its field. Used by method_spec only.
#ifndef ADVANTAGED_CLIENT_CPP_PARAMETER_VALUE_H_
#define ADVANTAGED_CLIENT_CPP_PARAMETER_VALUE_H_

#include <absl/status/status.h>

#include <string>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace advantaged::client {

// Sets `field` of `parameters` from its text; the forms are those of ParseMethodSpec.
absl::Status SetParameter(const google::protobuf::FieldDescriptor& field, const std::string& text,
                          google::protobuf::Message& parameters);

// Whether `field` of `parameters` is set.
bool HasParameter(const google::protobuf::FieldDescriptor& field,
                  const google::protobuf::Message& parameters);

// The text of `field`; that of all but tables reads back as the same value.
std::string FormatParameter(const google::protobuf::FieldDescriptor& field,
                            const google::protobuf::Message& parameters);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_PARAMETER_VALUE_H_
