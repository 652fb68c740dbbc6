// A formula that a caller typed: compiled, evaluated, turned into advantages and described. Behind
// a zero byte may stand a regularizer, and behind another one the bytes of n, K and a coefficient.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "advantaged/describe.h"
#include "base/text.h"
#include "core/formula/formula.h"
#include "core/formula/surrogate_formula.h"
#include "core/methods/failure.h"
#include "core/methods/surrogate.h"
#include "tests/fuzz/require.h"

namespace advantaged::fuzz {
namespace {

constexpr std::size_t kMaxBytes = 4 * Formula::kMaxBytes;
constexpr std::uint32_t kN = 8;
constexpr std::uint32_t kK = 3;

const Constants& TheConstants() {
  static const Constants& constants = *new Constants{{"a", 0.5}, {"b", -3}, {"c1", 1e-3}};
  return constants;
}

Formula::Point PointAt(std::uint32_t c) {
  return SurrogatePoint(MakeCounts(kN, c, 0, FailureWithout(kN, kK, c)), kK);
}

bool IsNormal(double x) { return x == 0 || (std::abs(x) > 1e-290 && std::abs(x) < 1e290); }

// Twice a formula is twice its value and its slope, bit for bit.
void CheckTwice(std::string_view text, const Formula& formula) {
  const std::string twice = Concat("2*(", text, ")");
  const auto compiled = Formula::Compile(twice, TheConstants());
  const auto* doubled = std::get_if<Formula>(&compiled);
  if (doubled == nullptr) return;  // now too long or too deep
  for (std::uint32_t c = 1; c < kN; ++c) {
    const Formula::Value once = formula.Evaluate(PointAt(c));
    if (!IsFinite(once) || !IsNormal(once.value) || !IsNormal(once.slope)) continue;
    const Formula::Value value = doubled->Evaluate(PointAt(c));
    Require(value.value == 2 * once.value, "2*(formula) is twice the value", twice);
    Require(value.slope == 2 * once.slope, "2*(formula) is twice the slope", twice);
  }
}

// What an input asks for, besides the formula.
struct Input {
  std::string_view text;  // of all
  std::uint32_t n = kN;
  std::uint32_t k = kK;  // perhaps above n
  std::string regularizer = {};
  double coefficient = 0;
};

// The part up to the next zero byte, which `rest` loses.
std::string_view TakePart(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

Input Parse(std::string_view text, std::string_view rest) {
  Input input{.text = text};
  input.regularizer = TakePart(rest);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  if (!rest.empty()) input.n = 2 + byte(0) % 15;
  if (rest.size() > 1) input.k = 1 + byte(1) % 17;
  if (rest.size() > 2) input.coefficient = std::ldexp(1.0, 8 * byte(2) - 1024);
  return input;
}

// The method with what the formulas use, and nothing else.
MethodSpec Spec(std::string_view text, const Formula& formula, const Input& input) {
  MethodSpec spec{"surrogate", {{"formula", std::string(text)}}};
  std::vector<Formula> formulas = {formula};
  if (!input.regularizer.empty()) {
    spec.parameters["regularizer"] = input.regularizer;
    spec.parameters["regularizer_coefficient"] = input.coefficient;
    const auto compiled = Formula::Compile(input.regularizer, TheConstants());
    if (const auto* second = std::get_if<Formula>(&compiled)) formulas.push_back(*second);
  }
  Constants used;
  for (const Formula& one : formulas) {
    if (one.uses_k() || one.uses_rho_k()) spec.parameters["k"] = std::int64_t{input.k};
    for (const auto& [name, value] : TheConstants()) {
      if (one.uses(name)) used.emplace(name, value);
    }
  }
  if (!used.empty()) spec.parameters["constants"] = used;
  return spec;
}

void CheckRefusal(const Violations& violations, std::string_view text) {
  for (const Violation& violation : violations.listed()) {
    // What overflows float32 is found at a response.
    const bool named =
        violation.field.starts_with("method") || violation.field.starts_with("rewards");
    Require(named, "a refusal names the method or a response: " + violation.field, text);
    Require(!violation.description.empty(), "a refusal is described", text);
  }
}

// Finite, and adding up to 0, or refused, for all outcomes at once.
void CheckAdvantages(const Input& input, const MethodSpec& spec) {
  std::vector<float> rewards;
  for (std::uint32_t c = 0; c <= input.n; ++c) {
    for (std::uint32_t i = 0; i < input.n; ++i) rewards.push_back(i < c ? 1.0F : 0.0F);
  }
  Request request;
  request.method = spec;
  request.batch.rewards = rewards;
  request.batch.group_size = input.n;
  const Result result = Compute(request);
  if (!result.ok()) return CheckRefusal(result.violations, input.text);
  Require(result.advantages.size() == rewards.size(), "an advantage for every response",
          input.text);
  for (std::size_t group = 0; group < rewards.size(); group += input.n) {
    double sum = 0;
    double size = 0;
    for (std::size_t i = group; i < group + input.n; ++i) {
      const double advantage = result.advantages[i];
      Require(std::isfinite(advantage), "advantages are finite", input.text);
      sum += advantage;
      size += std::abs(advantage);
    }
    Require(std::abs(sum) <= 1e-6 * size + 1e-40, "advantages add up to 0", input.text);
  }
}

void CheckDescription(const Input& input, const MethodSpec& spec) {
  DescribeRequest request;
  request.method = spec;
  request.n = input.n;
  request.points = 7;
  const Description description = Describe(request);
  if (!description.ok()) return CheckRefusal(description.violations, input.text);
  const DescribedCurve& curve = description.curve;
  for (const auto* values : {&curve.surrogate, &curve.surrogate_derivative}) {
    Require(values->size() == request.points, "the curve has every point", input.text);
    for (const double value : *values)
      Require(std::isfinite(value), "the curve is finite", input.text);
  }
  const double top = curve.surrogate_arg_max.value_or(0);
  Require(top >= 0 && top <= 1, "the maximum is at a success rate", input.text);
}

// The formula, unless it is none.
std::optional<Formula> Compiled(std::string_view text) {
  auto compiled = Formula::Compile(text, TheConstants());
  if (const auto* error = std::get_if<FormulaError>(&compiled)) {
    Require(error->position >= 1 && error->position <= text.size() + 1,
            "an error is at a character: " + error->Text(), text);
    Require(!error->message.empty(), "an error says what was expected", text);
    return std::nullopt;
  }
  return std::get<Formula>(std::move(compiled));
}

void Run(std::string_view all) {
  std::string_view rest = all;
  const std::string_view text = TakePart(rest);
  if (text.size() < all.size()) {
    Require(!Compiled(all), "zero bytes are in no formula", all);
  }
  const std::optional<Formula> formula = Compiled(text);
  if (!formula) return;
  Require(text.size() <= Formula::kMaxBytes, "a formula is short", text);
  Require(formula->operations() <= Formula::kMaxOperations, "a formula has few operations", text);
  CheckTwice(text, *formula);
  const Input input = Parse(all, rest);
  const MethodSpec spec = Spec(text, *formula, input);
  CheckAdvantages(input, spec);
  CheckDescription(input, spec);
}

}  // namespace
}  // namespace advantaged::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > advantaged::fuzz::kMaxBytes) return 0;
  advantaged::fuzz::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
