#include "server/json_codec.h"

#include <google/protobuf/reflection.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "advantaged/v1/compute.pb.h"
#include "advantaged/v1/describe.pb.h"
#include "server/printable.h"

namespace advantaged {
namespace {

using Floats = google::protobuf::RepeatedField<float>;
using google::protobuf::FieldDescriptor;

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
  // A field at the top may itself have a name that begins with a parenthesis.
  const std::size_t end = text.find(')');
  if (text.starts_with('(') && end != std::string_view::npos) {
    field = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
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
