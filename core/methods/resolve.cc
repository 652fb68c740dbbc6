#include "core/methods/resolve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/names.h"
#include "base/text.h"
#include "core/methods/method_table.h"
#include "core/violations/sentence.h"

namespace advantaged {
namespace {

void CheckTableSide(const std::vector<double>& side, std::uint32_t n, const std::string& path,
                    Violations& violations) {
  if (side.size() != std::size_t{n} + 1) {
    violations.Add(
        path, Concat("has ", side.size(), " entries; c = 0 … ", n, " needs ", std::size_t{n} + 1));
    return;
  }
  for (std::size_t c = 0; c < side.size(); ++c) {
    if (std::isfinite(side[c])) continue;
    violations.Add([&] { return At(path, c); },
                   [&] { return Compose(ValueOf(side[c]), " is not finite"); });
  }
}

void CheckTables(const std::vector<OutcomeTable>& tables, const std::string& path,
                 Violations& violations) {
  if (tables.empty()) violations.Add(path, "is empty; one table for each group size is needed");
  if (tables.size() > kMaxTableSize) {
    violations.Add(path, Concat(tables.size(), " tables; at most ", kMaxTableSize,
                                " are allowed, one for each group size"));
    return;
  }
  std::set<std::uint32_t> seen;
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const OutcomeTable& table = tables[t];
    const std::string at = At(path, t);
    if (table.n < 1 || table.n > kMaxTableSize) {
      violations.Add(at + ".n", Compose(ValueOf(table.n), " is not in 1 … ", kMaxTableSize));
      continue;
    }
    if (!seen.insert(table.n).second) {
      violations.Add(at + ".n", Compose(ValueOf(table.n), " has a table already"));
    }
    CheckTableSide(table.advantage_correct, table.n, at + ".advantage_correct", violations);
    CheckTableSide(table.advantage_wrong, table.n, at + ".advantage_wrong", violations);
  }
}

std::string MustBe(ParameterType type) {
  static constexpr std::string_view kWanted[] = {
      "a whole number",   "a number", "true or false",  "one of its choices",
      "a list of tables", "a text",   "numbers by name"};
  return Concat("must be ", kWanted[static_cast<std::size_t>(type)]);
}

bool TravelsAsNumber(ParameterType type) {
  return type != ParameterType::kTables && type != ParameterType::kText &&
         type != ParameterType::kConstants;
}

// For the other types.
bool HasType(ParameterType type, const ParameterValue& value) {
  return type == ParameterType::kText ? std::holds_alternative<std::string>(value)
         : type == ParameterType::kConstants
             ? std::holds_alternative<Constants>(value)
             : std::holds_alternative<std::vector<OutcomeTable>>(value);
}

// Checks one value against its row and sets it; numbers, flags and choices all travel as a double.
class Setter {
 public:
  Setter(const ParameterRow& row, std::string path, Violations& violations)
      : row_(row), path_(std::move(path)), violations_(violations) {}

  // The number to set, or NaN with a violation added.
  double operator()(bool flag) const {
    return row_.type == ParameterType::kFlag ? static_cast<double>(flag) : Mistyped();
  }
  double operator()(std::int64_t number) const { return Number(static_cast<double>(number)); }
  double operator()(double number) const { return Number(number); }
  double operator()(const std::string& text) const {
    if (row_.type != ParameterType::kChoice) return Mistyped();
    const auto choice = std::ranges::find(row_.choices, text);
    if (choice != row_.choices.end()) return static_cast<double>(choice - row_.choices.begin());
    return Refuse(Concat("\"", text, "\" is not one of ", JoinNames(row_.choices),
                         Suggestion(text, row_.choices)));
  }
  double operator()(const std::vector<OutcomeTable>& /*unused*/) const { return Mistyped(); }
  double operator()(const Constants& /*unused*/) const { return Mistyped(); }

 private:
  double Number(double value) const {
    const bool integer = row_.type == ParameterType::kInteger;
    if (!integer && row_.type != ParameterType::kReal) return Mistyped();
    if (!std::isfinite(value)) return Refuse(Compose(ValueOf(value), " is not finite"));
    if (integer && value != std::floor(value)) {
      return Refuse(Compose(ValueOf(value), " is not a whole number"));
    }
    if (value < row_.minimum) return Refuse(Compose(ValueOf(value), " is below ", row_.minimum));
    if (row_.maximum && value > *row_.maximum) {
      return Refuse(Compose(ValueOf(value), " is above ", *row_.maximum));
    }
    return value;
  }

  double Mistyped() const {
    if (row_.type == ParameterType::kChoice) {
      return Refuse(Concat("must be one of ", JoinNames(row_.choices)));
    }
    return Refuse(MustBe(row_.type));
  }

  double Refuse(const Sentence& description) const {
    violations_.Add(path_, description);
    return std::numeric_limits<double>::quiet_NaN();
  }

  const ParameterRow& row_;
  std::string path_;
  Violations& violations_;
};

// A number in the type its parameter has outside.
ParameterValue ValueOf(const ParameterRow& row, double number) {
  switch (row.type) {
    case ParameterType::kInteger:
      return static_cast<std::int64_t>(number);
    case ParameterType::kFlag:
      return number != 0;
    case ParameterType::kChoice:
      return std::string(row.choices[static_cast<std::size_t>(number)]);
    case ParameterType::kReal:
    case ParameterType::kTables:
    case ParameterType::kText:
    case ParameterType::kConstants:
      break;
  }
  return number;
}

void Resolve(const ParameterRow& row, const MethodSpec& spec, const std::string& path,
             ResolvedMethod& method, Violations& violations) {
  const auto sent = spec.parameters.find(row.name);
  if (sent == spec.parameters.end() && row.may_be_omitted) return;
  if (sent == spec.parameters.end() && !row.default_number) {
    const std::string choices =
        row.choices.empty() ? std::string() : Concat(", one of ", JoinNames(row.choices));
    violations.Add(path, Concat("is required: ", row.description, choices));
    return;
  }
  if (!TravelsAsNumber(row.type)) {
    if (!HasType(row.type, sent->second)) return violations.Add(path, MustBe(row.type));
    if (const auto* tables = std::get_if<std::vector<OutcomeTable>>(&sent->second)) {
      CheckTables(*tables, path, violations);
      method.parameters.tables = tables;
    }
    method.spec.parameters.emplace(row.name, sent->second);
    return;
  }
  const double number = sent == spec.parameters.end()
                            ? *row.default_number
                            : std::visit(Setter(row, path, violations), sent->second);
  if (std::isnan(number)) return;
  if (row.set != nullptr) row.set(method.parameters, number);
  method.spec.parameters.emplace(row.name, ValueOf(row, number));
}

}  // namespace

ResolvedMethod ResolveMethod(const MethodSpec& spec, Violations& violations) {
  ResolvedMethod method{.row = FindMethod(spec.name), .parameters = {}, .spec = {spec.name, {}}};
  if (method.row == nullptr) {
    std::vector<std::string_view> names;
    for (const MethodRow* row : MethodTable()) names.push_back(row->name);
    violations.Add("method", spec.name.empty() ? "no method is set"
                                               : Concat("unknown method \"", spec.name, "\"",
                                                        Suggestion(spec.name, names)));
    return method;
  }
  const std::string path = Concat("method.", spec.name, ".");
  const std::size_t before = violations.count();
  std::vector<std::string_view> known;
  for (const ParameterRow& row : method.row->parameters) {
    known.push_back(row.name);
    Resolve(row, spec, Concat(path, row.name), method, violations);
  }
  for (const auto& [name, value] : spec.parameters) {
    if (std::ranges::find(known, name) != known.end()) continue;
    violations.Add(path + name, known.empty() ? "unknown parameter; the method has none"
                                              : Concat("unknown parameter; the method has ",
                                                       JoinNames(known), Suggestion(name, known)));
  }
  if (method.row->compile != nullptr && violations.count() == before) {
    method.parameters.formula = SharedFormula(method.row->compile(method.spec, path, violations));
  }
  return method;
}

}  // namespace advantaged
