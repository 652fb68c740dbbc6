#include "client/cpp/setting_value.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <memory>
#include <string>

#include "advantaged/v1/compute.pb.h"
#include "base/fields.h"
#include "base/regular_file.h"
#include "base/text.h"
#include "client/cpp/list_value.h"

namespace advantaged::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status Refused(const FieldDescriptor& field, const std::string& why) {
  const bool of_request = field.containing_type() == v1::ComputeAdvantagesRequest::descriptor();
  return absl::InvalidArgumentError(
      Concat(of_request ? "setting " : "parameter ", field.name(), ": ", why));
}

// Messages as JSON, or as the name of a file with JSON.
absl::Status SetJson(const FieldDescriptor& field, const std::string& text, Message& message) {
  std::string json = text;
  if (text.starts_with('@')) {
    // As large as a request may be.
    constexpr std::size_t kLargest = std::size_t{64} << 20;
    const std::string path = text.substr(1);
    const std::string problem = ReadRegularFile(path, json, kLargest);
    if (!problem.empty()) return Refused(field, Concat("cannot read ", path, ": ", problem));
  }
  const std::unique_ptr<Message> parsed(message.New());
  const auto status = google::protobuf::util::JsonStringToMessage(
      Concat("{\"", field.name(), "\":", json, "}"), parsed.get());
  if (!status.ok()) {
    return Refused(field, Concat("not JSON of this parameter: ", status.ToString()));
  }
  message.MergeFrom(*parsed);
  return {};
}

}  // namespace

absl::Status SetValue(const FieldDescriptor& field, const std::string& text, Message& message) {
  const bool is_json = text.starts_with('[') || text.starts_with('@');
  if (is_json && field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
      !field.is_map()) {
    return SetJson(field, text, message);
  }
  const std::string wanted =
      field.is_repeated() ? SetList(field, text, message) : SetScalar(field, text, message);
  return wanted.empty() ? absl::OkStatus()
                        : Refused(field, Concat("\"", text, "\" is not ", wanted));
}

bool HasValue(const FieldDescriptor& field, const Message& message) {
  return field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) > 0
                             : message.GetReflection()->HasField(message, &field);
}

std::string FormatValue(const FieldDescriptor& field, const Message& message) {
  return field.is_repeated() ? FormatList(field, message) : FormatScalar(field, message);
}

}  // namespace advantaged::client
