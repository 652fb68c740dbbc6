#include "server/codec/query.h"

#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "base/names.h"
#include "base/printable.h"
#include "base/text.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kMethod[] = "method";

std::string Quoted(std::string_view text) { return Concat("\"", Printable(text), "\""); }

// Of a client's text, however long: distances take time.
std::string SuggestionFor(std::string_view typed, std::span<const std::string> known) {
  return Suggestion(Printable(typed), known);
}

// These return what is wrong with `text`, or "".

// Calls `take` with each of the parts of `text` between commas, until it returns an error.
template <typename Take>
std::string ForEachPart(std::string_view text, const Take& take) {
  for (;;) {
    const std::size_t end = text.find(',');
    std::string error = take(text.substr(0, end));
    if (!error.empty() || end == std::string_view::npos) return error;
    text.remove_prefix(end + 1);
  }
}

void SetRho(std::string_view text, v1::DescribeMethodRequest& message, Violations& violations) {
  ForEachPart(text, [&](std::string_view part) -> std::string {
    const auto number = ParseReal(part);
    if (!number) {
      violations.Add(Concat("rho[", message.rho_size(), "]"), Quoted(part) + "; must be a number");
    }
    message.add_rho(number.value_or(0));
    return "";
  });
}

// NAME=NUMBER,NAME=NUMBER…
std::string SetConstants(std::string_view text, const FieldDescriptor& field, Message& message) {
  std::set<std::string_view> seen;
  return ForEachPart(text, [&](std::string_view part) -> std::string {
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const auto number =
        equals == std::string_view::npos ? std::nullopt : ParseReal(part.substr(equals + 1));
    if (name.empty() || !number) return Quoted(part) + " is not NAME=NUMBER";
    if (!seen.insert(name).second) return Quoted(name) + " is given twice";
    AddPair(field, name, *number, message);
    return "";
  });
}

std::string SetParameter(const std::string& text, const FieldDescriptor& field, Message& message) {
  if (field.is_map()) return SetConstants(text, field, message);
  if (field.is_repeated()) return "cannot be given in a query: POST the request as JSON";
  const std::string wanted = SetScalar(field, text, message);
  return wanted.empty() ? "" : Concat(Quoted(text), "; must be ", wanted);
}

// The message of the method `name` in `spec`, or null with what is wrong.
Message* MutableMethod(const std::string& name, v1::MethodSpec& spec, std::string& error) {
  const FieldDescriptor* field = spec.GetDescriptor()->FindFieldByName(name);
  if (field != nullptr) return spec.GetReflection()->MutableMessage(&spec, field);
  const std::vector<std::string> known = FieldNames(*spec.GetDescriptor());
  error = Concat("unknown method ", Quoted(name), SuggestionFor(name, known),
                 "; methods: ", JoinNames(known));
  return nullptr;
}

void DecodeParameter(const std::string& name, const std::string& text, Message& parameters,
                     const std::string& method, Violations& violations) {
  const Descriptor& type = *parameters.GetDescriptor();
  if (const FieldDescriptor* field = type.FindFieldByName(name)) {
    std::string error = SetParameter(text, *field, parameters);
    // The path that the parameter has in a message.
    if (!error.empty()) violations.Add(Concat("method.", method, ".", name), std::move(error));
    return;
  }
  std::vector<std::string> known = FieldNames(type);
  known.insert(known.end(), {"n", "points", "rho"});
  violations.Add(Printable(name), Concat("is neither a parameter of ", method,
                                         " nor one of n, points, rho", SuggestionFor(name, known)));
}

}  // namespace

void DecodeQuery(std::span<const std::pair<std::string, std::string>> query,
                 v1::DescribeMethodRequest& message, Violations& violations) {
  std::set<std::string_view> seen;
  std::string method;
  for (const auto& [name, value] : query) {
    if (!seen.insert(name).second) violations.Add(Printable(name), "is given twice");
    if (name == kMethod) method = value;
  }
  if (!violations.empty()) return;
  std::string error;
  // Without a method the request is refused as it is over every other transport.
  Message* parameters = nullptr;
  if (seen.contains(kMethod)) {
    parameters = MutableMethod(method, *message.mutable_method(), error);
    if (parameters == nullptr) return violations.Add(kMethod, error);
  }
  for (const auto& [name, value] : query) {
    if (name == kMethod) continue;
    if (name == "rho") {
      SetRho(value, message, violations);
    } else if (name == "n" || name == "points") {
      error = SetParameter(value, *message.GetDescriptor()->FindFieldByName(name), message);
      if (!error.empty()) violations.Add(name, error);
    } else if (parameters != nullptr) {
      DecodeParameter(name, value, *parameters, method, violations);
    }
  }
}

}  // namespace advantaged
