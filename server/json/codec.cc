#include "server/json/codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "server/json/lists.h"
#include "server/json/mistakes.h"
#include "server/json/output.h"
#include "server/json/reader.h"
#include "server/json/text.h"

namespace advantaged {
namespace {

struct Reading {
  bool is_json = false;  // as far as it was read
  bool stopped = false;
  Violations violations = {};
};

// `next` returns the pieces of the text.
Reading Parse(std::function<std::string_view()> next, google::protobuf::Message& message,
              const std::function<bool()>& stop) {
  Reading reading;
  JsonText text(std::move(next), stop);
  JsonReader reader(message, reading.violations);
  const bool parsed = nlohmann::json::sax_parse(JsonCharacter(text), JsonCharacter(), &reader);
  reading.stopped = text.stopped();
  reading.is_json = parsed || reader.has_ended();
  return reading;
}

}  // namespace

CallStatus ReadJson(std::string_view text, google::protobuf::Message& message,
                    const std::function<bool()>& stop) {
  PlainJson plain(text);
  Reading reading = Parse([&] { return plain.Next(); }, message, stop);
  if (!reading.is_json && !reading.stopped) {
    // The parser went no further than the first mistake.
    message.Clear();
    MarkedJson marked(text);
    reading = Parse([&] { return marked.Next(); }, message, stop);
  }
  if (reading.stopped) return Stopped();
  if (reading.violations.empty()) return {};
  return InvalidArgument(std::move(reading.violations));
}

std::string PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  // As MessageToJsonString does it, but for the stream.
  constexpr const char* kPrefix = "type.googleapis.com";
  static auto& resolver = *google::protobuf::util::NewTypeResolverForDescriptorPool(
      kPrefix, google::protobuf::DescriptorPool::generated_pool());
  const std::string bytes = message.SerializeAsString();
  google::protobuf::io::ArrayInputStream input(bytes.data(), static_cast<int>(bytes.size()));
  JsonOutput json;
  // It fails on messages with Any, which these have not, and where there is no memory.
  (void)google::protobuf::util::BinaryToJsonStream(
      &resolver, Concat(kPrefix, "/", message.GetDescriptor()->full_name()), &input, &json,
      options);
  return json.Take();
}

std::string TakeAsJson(google::protobuf::Message& message) {
  const JsonLists lists(message);
  return lists.PutInto(PrintJson(message));
}

}  // namespace advantaged
