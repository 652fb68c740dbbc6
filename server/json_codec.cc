#include "server/json_codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/reflection.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "advantaged/v1/compute.pb.h"
#include "advantaged/v1/describe.pb.h"
#include "base/text.h"
#include "server/handler.h"
#include "server/json_mistakes.h"
#include "server/json_output.h"
#include "server/json_reader.h"

namespace advantaged {
namespace {

using Floats = google::protobuf::RepeatedField<float>;
using google::protobuf::FieldDescriptor;

struct Reading {
  bool parsed = false;
  bool stopped = false;
  Violations violations = {};
};

Reading Parse(std::string_view json, google::protobuf::Message& message,
              const std::function<bool()>& stop) {
  Reading reading;
  JsonReader reader(message, stop, reading.violations);
  reading.parsed = nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  reading.stopped = reader.stopped();
  return reading;
}

std::span<const float> View(const Floats& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

// In the shortest form that reads back as the same bits. All are finite.
template <typename Number>
void AppendNumbers(std::span<const Number> values, std::string& json) {
  char text[32];
  for (const Number value : values) {
    char* end = std::to_chars(text, text + sizeof text, value).ptr;
    json.append(text, end);
    // Readers take "-0" for an integer, which has no sign.
    if (std::string_view(text, static_cast<std::size_t>(end - text)) == "-0") json += ".0";
    json += ',';
  }
  if (!values.empty()) json.pop_back();
}

// JSON with empty arrays, to be filled in their order. What is in strings has its quotes escaped,
// so it is never taken for an array.
class ArrayFiller {
 public:
  explicit ArrayFiller(std::string json) : rest_(std::move(json)) {}

  template <typename Number>
  void Fill(std::string_view name, std::span<const Number> values) {
    const std::string empty = '"' + std::string(name) + "\":[]";
    const std::size_t inside = rest_.find(empty, done_) + empty.size() - 1;
    json_.append(rest_, done_, inside - done_);
    AppendNumbers(values, json_);
    done_ = inside;
  }
  std::string Finish() { return std::move(json_.append(rest_, done_)); }

 private:
  const std::string rest_;
  std::string json_;
  std::size_t done_ = 0;
};

using NamedDoubles = std::vector<std::pair<std::string, std::vector<double>>>;

// Moves the arrays of doubles out of `columns`, but for empty ones and those that hold what JSON
// has no numbers for.
void TakeDoubles(google::protobuf::Message& columns, NamedDoubles& taken) {
  const auto& reflection = *columns.GetReflection();
  for (int i = 0; i < columns.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = columns.GetDescriptor()->field(i);
    if (!field->is_repeated() || field->type() != FieldDescriptor::TYPE_DOUBLE) continue;
    const auto values = reflection.GetMutableRepeatedFieldRef<double>(&columns, field);
    std::vector<double> numbers(static_cast<std::size_t>(values.size()));
    for (int j = 0; j < values.size(); ++j) numbers[static_cast<std::size_t>(j)] = values.Get(j);
    const bool finite = std::ranges::all_of(numbers, [](double x) { return std::isfinite(x); });
    if (numbers.empty() || !finite) continue;
    values.Clear();
    taken.emplace_back(field->name(), std::move(numbers));
  }
}

}  // namespace

CallStatus ReadJson(std::string_view json, google::protobuf::Message& message,
                    const std::function<bool()>& stop) {
  Reading reading = Parse(json, message, stop);
  if (!reading.parsed && !reading.stopped) {
    // The parser went no further than the first mistake.
    if (const std::optional<std::string> marked = MarkMistakes(json)) {
      message.Clear();
      reading = Parse(*marked, message, stop);
    }
  }
  if (reading.stopped) return {CallStatus::kCancelled, "stopped: the caller gave up", {}};
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

std::string PrintJson(v1::ComputeAdvantagesResponse& response) {
  Floats each;
  Floats per_group;
  each.Swap(response.mutable_advantages());
  per_group.Swap(response.mutable_advantages_per_group());
  ArrayFiller filler(PrintJson(static_cast<const google::protobuf::Message&>(response)));
  filler.Fill("advantages", View(each));
  filler.Fill("advantages_per_group", View(per_group));
  return filler.Finish();
}

std::string PrintJson(v1::DescribeMethodResponse& response) {
  NamedDoubles taken;
  TakeDoubles(*response.mutable_table(), taken);
  TakeDoubles(*response.mutable_curve(), taken);
  ArrayFiller filler(PrintJson(static_cast<const google::protobuf::Message&>(response)));
  for (const auto& [name, values] : taken) filler.Fill(name, std::span<const double>(values));
  return filler.Finish();
}

}  // namespace advantaged
