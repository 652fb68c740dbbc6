// A list of a setting: numbers, stages, constants, tables, moments. Used by setting_value.
#ifndef ADVANTAGED_CLIENT_CPP_LIST_VALUE_H_
#define ADVANTAGED_CLIENT_CPP_LIST_VALUE_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

namespace advantaged::client {

// Adds to `field` of `message`, which is repeated, what its text lists:
//
//   numbers               1,4,8
//   a map                 a=0.5,b=1
//   messages of a oneof   center,scale(ddof=1),clip(-5,5): the field and its fields
//   other messages        (64,0.25,12): their fields in order
//
// Returns what the text must be, or "" if it was that.
std::string SetList(const google::protobuf::FieldDescriptor& field, const std::string& text,
                    google::protobuf::Message& message);

// The reverse, of maps; of others how many there are, "(2)".
std::string FormatList(const google::protobuf::FieldDescriptor& field,
                       const google::protobuf::Message& message);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_LIST_VALUE_H_
