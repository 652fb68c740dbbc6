#include "cli/terminal/json_text.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

namespace advantaged::cli {

std::string JsonQuoted(const std::string& text) {
  using nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string MessageAsJson(const google::protobuf::Message& message, JsonLayout layout) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = layout == JsonLayout::kIndented;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  // Cannot fail: our messages hold no Any and no text but UTF-8.
  (void)google::protobuf::util::MessageToJsonString(message, &text, options);
  if (text.empty() || text.back() != '\n') text += '\n';
  return text;
}

}  // namespace advantaged::cli
