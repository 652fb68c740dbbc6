#include "tests/vectors/core_call.h"

#include <absl/strings/escaping.h>

#include <cctype>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace advantaged::testing {
namespace {

using nlohmann::json;

// A number, or the texts that JSON has no numbers for.
double Real(const json& value) {
  if (!value.is_string()) return value.get<double>();
  const auto text = value.get<std::string>();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  throw std::invalid_argument("no number: " + text);
}

Bytes Base64(const json& value) {
  std::string bytes;
  if (!absl::Base64Unescape(value.get<std::string>(), &bytes)) {
    throw std::invalid_argument("no base64: " + value.dump());
  }
  return {bytes.begin(), bytes.end()};
}

// "BASE_METHOD_DR_GRPO" is "dr_grpo" for the core.
std::string Choice(const json& value, std::string_view prefix) {
  auto text = value.get<std::string>();
  if (!text.starts_with(prefix)) throw std::invalid_argument("no choice: " + text);
  text.erase(0, prefix.size());
  for (char& letter : text) letter = static_cast<char>(std::tolower(letter));
  return text;
}

std::vector<OutcomeTable> Tables(const json& tables) {
  std::vector<OutcomeTable> result;
  for (const json& table : tables) {
    result.push_back({.n = table.at("n"),
                      .advantage_correct = table.at("advantage_correct"),
                      .advantage_wrong = table.at("advantage_wrong")});
  }
  return result;
}

ParameterValue Parameter(const std::string& name, const json& value) {
  if (name == "base") return Choice(value, "BASE_METHOD_");
  if (name == "variant") return Choice(value, "VARIANT_");
  if (name == "scale") return Choice(value, "SCALE_");
  if (name == "tables") return Tables(value);
  if (name == "constants") return value.get<Constants>();
  if (name == "formula" || name == "regularizer") return value.get<std::string>();
  if (name == "k" || name == "ddof") return value.get<std::int64_t>();
  if (value.is_boolean()) return value.get<bool>();
  return Real(value);
}

MethodSpec Method(const json& method) {
  MethodSpec spec;
  for (const auto& [name, parameters] : method.items()) {
    spec.name = name;
    for (const auto& [key, value] : parameters.items()) {
      spec.parameters[key] = Parameter(key, value);
    }
  }
  return spec;
}

Stage StageOf(const json& value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Stage stage;
  const std::string kind = value.items().begin().key();
  const json& options = value.at(kind);
  if (kind == "clip") {
    stage.kind = Stage::Kind::kClip;
    stage.low = options.value("low", -kInfinity);
    stage.high = options.value("high", kInfinity);
    return stage;
  }
  stage.kind = kind == "center" ? Stage::Kind::kCenter : Stage::Kind::kScale;
  if (options.value("weighting", "") == "WEIGHTING_TOKENS") {
    stage.weighting = Stage::Weighting::kTokens;
  }
  if (options.value("spread", "") == "SPREAD_REWARDS") stage.spread = Stage::Spread::kRewards;
  stage.ddof = options.value("ddof", 0U);
  stage.epsilon = options.value("epsilon", 0.0);
  stage.epsilon_inside_root = options.value("epsilon_inside_root", false);
  return stage;
}

SmallGroupPolicy Policy(const json& value) {
  static const std::map<std::string, SmallGroupPolicy> kPolicies = {
      {"zero", SmallGroupPolicy::kZero},
      {"error", SmallGroupPolicy::kError},
      {"raw", SmallGroupPolicy::kRaw},
      {"clamp_k", SmallGroupPolicy::kClampK}};
  return kPolicies.at(Choice(value, "SMALL_GROUP_POLICY_"));
}

TrajectoryReward Rule(const json& value) {
  static const std::map<std::string, TrajectoryReward> kRules = {
      {"equal_or_error", TrajectoryReward::kEqualOrError},
      {"last", TrajectoryReward::kLast},
      {"sum", TrajectoryReward::kSum}};
  return kRules.at(Choice(value, "TRAJECTORY_REWARD_"));
}

using Setter = void (*)(Call& call, const json& value);

const std::map<std::string, Setter>& Setters() {
  static const std::map<std::string, Setter> setters = {
      {"method", [](Call& call, const json& value) { call.method = Method(value); }},
      {"rewards",
       [](Call& call, const json& value) {
         for (const json& reward : value) call.rewards.push_back(static_cast<float>(Real(reward)));
       }},
      {"group_size", [](Call& call, const json& value) { call.group_size = value; }},
      {"group_sizes", [](Call& call, const json& value) { call.group_sizes = value.get<Uints>(); }},
      {"group_ids", [](Call& call, const json& value) { call.group_ids = value.get<Uints>(); }},
      {"expected_group_size",
       [](Call& call, const json& value) { call.expected_group_size = value; }},
      {"valid", [](Call& call, const json& value) { call.valid = Base64(value); }},
      {"outcomes", [](Call& call, const json& value) { call.outcomes = Base64(value); }},
      {"lengths", [](Call& call, const json& value) { call.lengths = value.get<Uints>(); }},
      {"trajectory_ids",
       [](Call& call, const json& value) { call.trajectory_ids = value.get<Uints>(); }},
      {"trajectory_reward",
       [](Call& call, const json& value) { call.trajectory_reward = Rule(value); }},
      {"success_threshold",
       [](Call& call, const json& value) { call.options.success_threshold = Real(value); }},
      {"shape_rewards", [](Call& call, const json& value) { call.options.shape_rewards = value; }},
      {"zero_unless_mixed",
       [](Call& call, const json& value) { call.options.zero_unless_mixed = value; }},
      {"constant_tolerance",
       [](Call& call, const json& value) { call.options.constant_tolerance = value; }},
      {"small_group",
       [](Call& call, const json& value) { call.options.small_group = Policy(value); }},
      {"declared_small_group",
       [](Call& call, const json& value) { call.options.declared_small_group = Policy(value); }},
      {"pass_at", [](Call& call, const json& value) { call.options.pass_at = value.get<Uints>(); }},
      {"stages",
       [](Call& call, const json& value) {
         for (const json& stage : value) call.options.stages.push_back(StageOf(stage));
       }},
      {"allow_recentering",
       [](Call& call, const json& value) { call.options.allow_recentering = value; }},
      // The core always returns them.
      {"group_statistics", [](Call& /*call*/, const json& /*value*/) {}}};
  return setters;
}

}  // namespace

Call CoreCall(const json& request) {
  Call call;
  for (const auto& [name, value] : request.items()) {
    const auto setter = Setters().find(name);
    if (setter == Setters().end()) throw std::invalid_argument("unknown field " + name);
    setter->second(call, value);
  }
  return call;
}

}  // namespace advantaged::testing
