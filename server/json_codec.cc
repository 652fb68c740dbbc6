#include "server/json_codec.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "advantaged/v1/compute.pb.h"
#include "server/printable.h"

namespace advantaged {
namespace {

using Floats = google::protobuf::RepeatedField<float>;

// What protobuf says of JSON that it does not take, in one of the forms
//   (method.rloo) foo: Cannot find field.
//   (rewards[1]): invalid value "x" for type TYPE_FLOAT
//   Unexpected token.\n<what stands there>\n   ^
struct Complaint {
  std::string field;
  std::string description;
};

Complaint Understand(std::string_view text) {
  std::string_view field;
  if (text.starts_with('(')) {
    const std::size_t end = text.find(')');
    field = text.substr(1, end - 1);
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
  }
  constexpr std::string_view kUnknown = ": Cannot find field.";
  if (text.ends_with(kUnknown)) {
    text.remove_suffix(kUnknown.size());
    if (text.starts_with(' ')) text.remove_prefix(1);
    std::string path = std::string(field) + (field.empty() ? "" : ".");
    return {Printable(path.append(text)), "is no field of the request"};
  }
  const std::size_t start = text.find_first_not_of(": ");
  text.remove_prefix(std::min(start, text.size()));
  const std::size_t line = text.find('\n');
  std::string description(text.substr(0, line));
  if (line != std::string_view::npos) {
    const std::string_view rest = text.substr(line + 1);
    const std::string_view there = rest.substr(0, rest.find('\n'));
    if (!there.empty()) description.append(" At: ").append(there);
  }
  return {Printable(field), Printable(description)};
}

void AppendFloats(const Floats& values, std::string& json) {
  char text[32];
  for (const float value : values) {
    char* end = std::to_chars(text, text + sizeof text, value).ptr;
    json.append(text, end);
    // Readers take "-0" for an integer, which has no sign.
    if (std::string_view(text, static_cast<std::size_t>(end - text)) == "-0") json += ".0";
    json += ',';
  }
  if (!values.empty()) json.pop_back();
}

}  // namespace

CallStatus ReadJson(const std::string& json, google::protobuf::Message& message) {
  const auto read = google::protobuf::util::JsonStringToMessage(json, &message);
  if (read.ok()) return {};
  const std::string text(read.message());
  auto [field, description] = Understand(text);
  CallStatus status{.code = CallStatus::kInvalidArgument,
                    .message = field.empty() ? "JSON: " + description : field + ": " + description};
  status.violations.Add(std::move(field), std::move(description));
  return status;
}

std::string PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // It fails on messages with Any only.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

std::string PrintJson(v1::ComputeAdvantagesResponse& response) {
  Floats each;
  Floats per_group;
  each.Swap(response.mutable_advantages());
  per_group.Swap(response.mutable_advantages_per_group());
  const std::string rest = PrintJson(static_cast<const google::protobuf::Message&>(response));
  std::string json;
  json.reserve(rest.size() +
               static_cast<std::size_t>(each.size() + per_group.size()) * kJsonFloatBytes);
  std::size_t done = 0;
  // Strings come after these fields, so the first match is the field.
  const auto put = [&](std::string_view empty_field, const Floats& values) {
    const std::size_t inside = rest.find(empty_field) + empty_field.size() - 1;
    json.append(rest, done, inside - done);
    AppendFloats(values, json);
    done = inside;
  };
  put("\"advantages\":[]", each);
  put("\"advantages_per_group\":[]", per_group);
  return json.append(rest, done);
}

}  // namespace advantaged
