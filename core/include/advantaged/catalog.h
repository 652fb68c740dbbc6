// What this build of the library offers: its methods, and what its kernels run on.
//
//   for (const advantaged::MethodDescription& method : advantaged::ListMethods()) …
#ifndef ADVANTAGED_CATALOG_H_
#define ADVANTAGED_CATALOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advantaged {

enum class ParameterType : std::uint8_t {
  kInteger,
  kReal,
  kFlag,
  kChoice,
  kTables,
  kText,
  kConstants
};

// What a method works on: real rewards, or outcomes (0 or 1).
enum class MethodInput : std::uint8_t { kRewards, kOutcomes };

// What a group whose inputs are all equal gets: 0, what the formula says, or what the base does.
enum class ConstantGroup : std::uint8_t { kZero, kFormula, kAsBase };

struct ParameterDescription {
  std::string name;  // the key of MethodSpec::parameters
  std::string description;
  ParameterType type = ParameterType::kReal;
  std::optional<double> minimum;  // inclusive; of integers and reals only
  std::optional<double> maximum;  // inclusive
  // As one would type it; absent: required, unless it may be omitted.
  std::optional<std::string> default_value;
  bool may_be_omitted = false;
  std::vector<std::string> choices;
  // A value as one would type it, other than the default; those of a method's parameters together
  // are valid for groups of four.
  std::string example;
};

struct MethodDescription {
  std::string name;
  std::string equation;  // A₊ and A₋, or the general form where it takes real rewards
  std::string source;
  MethodInput input = MethodInput::kRewards;
  ConstantGroup constant_group = ConstantGroup::kZero;
  bool shapes_rewards = false;  // Options::shape_rewards applies
  std::string surrogate;  // F(ρ) in closed form, as MethodDescription of the proto; "" if none
  std::vector<ParameterDescription> parameters;
  // Centring needs Options::allow_recentering; of a method with a base: under `reinforce`.
  bool keeps_mean = false;
};

// All methods, in the order of the documentation.
std::vector<MethodDescription> ListMethods();

// The instruction set that kernels run on, by Highway's name, e.g. "AVX2", "AVX3" (AVX-512) or
// "SCALAR". Results are the same on all.
std::string InstructionSet();

}  // namespace advantaged

#endif  // ADVANTAGED_CATALOG_H_
