// Methods and their parameters as fields of the contract. Used by method_spec and settings_line.
#ifndef ADVANTAGED_CLIENT_CPP_METHOD_FIELDS_H_
#define ADVANTAGED_CLIENT_CPP_METHOD_FIELDS_H_

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "advantaged/v1/method.pb.h"

namespace advantaged::client {

// Sets the method of `spec`, and returns the message of its parameters; INVALID_ARGUMENT lists the
// methods if it is none of them.
absl::StatusOr<google::protobuf::Message*> SetMethod(std::string_view name, v1::MethodSpec& spec);

// NAME=VALUE, cut at the first =, with a NAME that `seen` has not, to which it is added.
struct Assignment {
  std::string name;
  std::string value;
};
absl::StatusOr<Assignment> ParseAssignment(const std::string& text, std::set<std::string>& seen);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_METHOD_FIELDS_H_
