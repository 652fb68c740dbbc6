// Methods and parameters that cannot be used, and rewards that a method cannot work on.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/text.h"
#include "tests/core/refusal.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(RefusedMethod, NoneAndUnknown) {
  ExpectRefused(Valid({"", {}}), {{"method", "no method is set"}});
  ExpectRefused(Valid({"grop", {}}),
                {{"method", "unknown method \"grop\"; did you mean \"grpo\"?"}});
  ExpectRefused(Valid({"GRPO", {}}), {{"method", "unknown method \"GRPO\""}});
  ExpectRefused(Valid({"pass_at_k_rlo", {}}), {{"method", "did you mean \"pass_at_k_rloo\"?"}});
  const Result far = Valid({"zzzzzzzzzzzzzzzzzz", {}}).Run();
  EXPECT_THAT(Describe(far), ::testing::Not(::testing::HasSubstr("did you mean")));
}

TEST(RefusedMethod, UnknownParameters) {
  ExpectRefused(Valid({"grpo", {{"epsilom", 1e-6}}}),
                {{"method.grpo.epsilom", "did you mean \"epsilon\"?"}});
  ExpectRefused(Valid({"rloo", {{"k", Whole(1)}}}), {{"method.rloo.k", "the method has none"}});
  ExpectRefused(Valid({"max_at_k", {{"k", Whole(1)}, {"keep_factor_k", true}}}),
                {{"method.max_at_k.keep_factor_k", "unknown parameter"}});
}

// Required: every parameter without a default.
TEST(RefusedMethod, MissingParameters) {
  for (const MethodRow* row : MethodTable()) {
    const MethodSpec whole = SpecsOf(*row, 3).front();
    for (const ParameterRow& parameter : row->parameters) {
      MethodSpec spec = whole;
      spec.parameters.erase(std::string(parameter.name));
      Call call = CallFor(spec, {0, 1, 0});
      if (parameter.default_number || parameter.may_be_omitted) {
        EXPECT_TRUE(call.Run().ok()) << Describe(spec);
      } else {
        ExpectRefused(call,
                      {{"method." + spec.name + "." + std::string(parameter.name), "is required"}});
      }
    }
  }
}

TEST(RefusedMethod, ParametersOfAnotherType) {
  const std::vector<ParameterValue> values = {
      true, Whole(1), 0.5, std::string("grpo"), SomeTables(3), Constants{{"a", 1.0}}};
  for (const MethodRow* row : MethodTable()) {
    if (row->compile != nullptr) continue;  // surrogate_method_test.cc: their parameters depend
    for (const ParameterRow& parameter : row->parameters) {
      for (std::size_t type = 0; type < values.size(); ++type) {
        const bool number = type == 1 || type == 2;
        const bool fits = (parameter.type == ParameterType::kFlag && type == 0) ||
                          (parameter.type == ParameterType::kReal && number) ||
                          (parameter.type == ParameterType::kInteger && type == 1) ||
                          (parameter.type == ParameterType::kTables && type == 4);
        MethodSpec spec = SpecsOf(*row, 3).front();
        const std::string name(parameter.name);
        spec.parameters[name] = values[type];
        const Result result = CallFor(spec, {0, 1, 0}).Run();
        const bool choice = parameter.type == ParameterType::kChoice && type == 3;
        if (choice) continue;
        EXPECT_EQ(result.ok(), fits) << Describe(spec) << Describe(result);
        if (!fits && !result.ok()) {
          EXPECT_EQ(result.violations.listed()[0].field, "method." + spec.name + "." + name);
        }
      }
    }
  }
}

TEST(RefusedMethod, RealsOutOfTheirRangeOrNotFinite) {
  for (const MethodRow* row : MethodTable()) {
    for (const ParameterRow& parameter : row->parameters) {
      if (parameter.type != ParameterType::kReal) continue;
      const auto refuse = [&](double value, const std::string& what) {
        MethodSpec spec = SpecsOf(*row, 3).front();
        spec.parameters[std::string(parameter.name)] = value;
        ExpectRefused(CallFor(spec, {0, 1, 0}),
                      {{"method." + spec.name + "." + std::string(parameter.name), what}});
      };
      for (const double value : {kInfinity, -kInfinity, std::nan("")}) {
        refuse(value, "is not finite");
      }
      for (const double value :
           {std::nextafter(parameter.minimum, -kInfinity), parameter.minimum - 1}) {
        refuse(value, Concat("is below ", parameter.minimum));
      }
      if (!parameter.maximum) continue;
      for (const double value :
           {std::nextafter(*parameter.maximum, kInfinity), *parameter.maximum + 1}) {
        refuse(value, Concat("is above ", *parameter.maximum));
      }
    }
  }
}

TEST(RefusedMethod, ChoicesThatAreNotThere) {
  ExpectRefused(Valid({"focal", {{"gamma", 1.0}, {"base", std::string("ppo")}}}),
                {{"method.focal.base", "\"ppo\" is not one of reinforce, rloo, grpo, dr_grpo"}});
  ExpectRefused(Valid({"max_at_k", {{"k", Whole(1)}, {"variant", std::string("loo")}}}),
                {{"method.max_at_k.variant", "leave_one_out_minus_one"}});
  ExpectRefused(Valid({"max_at_k", {{"k", Whole(1)}, {"scale", std::string("")}}}),
                {{"method.max_at_k.scale", "reduced, unbiased, published"}});
}

TEST(RefusedMethod, KBelow1OrBroken) {
  for (const MethodRow* row : MethodTable()) {
    MethodSpec spec = SpecsOf(*row, 3).front();
    if (!spec.parameters.contains("k")) continue;
    const std::string field = "method." + spec.name + ".k";
    spec.parameters["k"] = Whole(0);
    ExpectRefused(Valid(spec), {{field, "0 is below 1"}});
    spec.parameters["k"] = Whole(-3);
    ExpectRefused(Valid(spec), {{field, "-3 is below 1"}});
    spec.parameters["k"] = 1.5;
    ExpectRefused(Valid(spec), {{field, "1.5 is not a whole number"}});
    spec.parameters["k"] = Whole(9223372036854775807);
    ExpectRefused(Valid(spec), {{field, "is above 1048576"}});
  }
}

TEST(RefusedMethod, KAboveNNamesTheGroup) {
  for (const MethodRow* row : MethodTable()) {
    MethodSpec spec = SpecsOf(*row, 3).front();
    if (!spec.parameters.contains("k")) continue;
    spec.parameters["k"] = Whole(4);
    Call call = Valid(spec);
    call.group_size.reset();
    call.group_ids = {30, 30, 30, 30, 40, 40};
    if (spec.name == "biased_pass_at_k") {
      EXPECT_TRUE(call.Run().ok());
    } else {
      ExpectRefused(call, {{"method." + spec.name + ".k", "group 1 (id 40)"}});
    }
  }
}

TEST(RefusedMethod, KOfNWithLeaveOneOut) {
  MethodSpec spec{"max_at_k", {{"k", Whole(3)}, {"variant", std::string("leave_one_out")}}};
  ExpectRefused(Valid(spec), {{"method.max_at_k.k", "3 is above 2"}});
  spec.parameters["k"] = Whole(2);
  EXPECT_TRUE(Valid(spec).Run().ok());
  spec.parameters["variant"] = std::string("leave_one_out_minus_one");
  spec.parameters["k"] = Whole(3);
  EXPECT_TRUE(Valid(spec).Run().ok());
}

TEST(RefusedMethod, Ddof) {
  ExpectRefused(Valid({"grpo", {{"ddof", Whole(2)}}}), {{"method.grpo.ddof", "2 is above 1"}});
  ExpectRefused(Valid({"grpo", {{"ddof", Whole(-1)}}}), {{"method.grpo.ddof", "-1 is below 0"}});
}

TEST(RefusedMethod, CustomTables) {
  const std::string path = "method.custom_table.tables";
  const auto call = [](std::vector<OutcomeTable> tables) {
    return Valid({"custom_table", {{"tables", std::move(tables)}}});
  };
  EXPECT_TRUE(call(SomeTables(3)).Run().ok());
  ExpectRefused(call({}), {{path, "is empty"}});
  ExpectRefused(call({{0, {0}, {0}}}), {{path + "[0].n", "0"}});
  ExpectRefused(call({{4097, {}, {}}}), {{path + "[0].n", "4097"}});
  std::vector<OutcomeTable> twice = SomeTables(3);
  twice.push_back(twice[0]);
  ExpectRefused(call(twice), {{path + "[1].n", "3"}});
  ExpectRefused(call({{3, {1, 2, 3}, {1, 2, 3, 4, 5}}}),
                {{path + "[0].advantage_correct", "3"}, {path + "[0].advantage_wrong", "5"}});
  ExpectRefused(
      call({{3, {0, std::nan(""), 0, kInfinity}, {0, 0, 0, 0}}}),
      {{path + "[0].advantage_correct[1]", "nan"}, {path + "[0].advantage_correct[3]", "inf"}});
}

TEST(RefusedRewards, NotFiniteUnlessMaskedOut) {
  for (const float bad :
       {kNaN, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    for (const MethodRow* row : MethodTable()) {
      Call call = CallFor(SpecsOf(*row, 3).front(), {0, 1, 0});
      call.rewards = {0, 1, 0, 1, bad, bad};
      if (!call.lengths.empty()) call.lengths = {1, 1, 1, 1, 1, 1};
      ExpectRefused(call, {{"rewards[4]", "is not finite"}, {"rewards[5]", "is not finite"}});
    }
  }
}

TEST(RefusedRewards, UnknownOutcomesNameTheFirstIndexAndItsValue) {
  for (const MethodRow* row : MethodTable()) {
    if (row->input != MethodInput::kOutcomes) continue;
    Call call = Valid(SpecsOf(*row, 3).front());
    call.rewards = {0, 1, 0, 1, -0.75F, 2};
    ExpectRefused(call, {{"rewards[4]", "-0.75"}});
    call.valid = {0x0F};  // both masked out
    call.options.small_group = SmallGroupPolicy::kZero;
    if (row->name != "custom_table") {
      EXPECT_TRUE(call.Run().ok()) << row->name;
    }
    call.valid.clear();
    call.outcomes = {0x15};
    EXPECT_TRUE(call.Run().ok()) << row->name;
    call.outcomes.clear();
    call.options.success_threshold = 1;
    EXPECT_TRUE(call.Run().ok()) << row->name;
  }
}

TEST(RefusedRewards, IndicesAreThoseOfTheRequest) {
  Call call = Valid();
  call.group_size.reset();
  call.group_ids = {5, 6, 5, 6, 5, 6};
  call.rewards[4] = kNaN;
  call.valid = {0x3D};  // response 1 masked out
  ExpectRefused(call, {{"rewards[4]", "nan"}});
}

TEST(RefusedRewards, ResultsBeyondFloat32NameGroupAndIndex) {
  Call rloo = OneGroup({"rloo", {}}, {-3e38F, 3e38F});
  ExpectRefused(rloo, {{"rewards[0]", "in group 0"}});
  Call max_rl = OneGroup({"max_rl", {}}, {0, 0, 1e20F, -1e20F, 1e-20F});
  max_rl.rewards.insert(max_rl.rewards.begin(), {1, 0, 1, 0, 0});
  max_rl.group_size = 5;
  ExpectRefused(max_rl, {{"rewards[7]", "in group 1"}});
  Call weighted = Valid({"weighted_reinforce", {{"positive_weight", 1e300}}});
  ExpectRefused(weighted, {{"rewards[1]", "in group 0"}, {"rewards[3]", "in group 1"}});
  Call kept =
      OneGroup({"max_at_k", {{"k", Whole(2)}, {"scale", std::string("unbiased")}}}, {3e38F, 3e38F});
  ExpectRefused(kept, {{"rewards[0]", "beyond float32"}});
  weighted.options.per_group = true;
  ExpectRefused(weighted, {{"rewards[1]", "in group 0"}, {"rewards[3]", "in group 1"}});
}

TEST(RefusedRewards, TheLargestFloat32IsNotBeyondIt) {
  const float most = std::numeric_limits<float>::max();
  EXPECT_EQ(AdvantagesOf({"reinforce", {}}, {most, -most}), Floats({most, -most}));
  EXPECT_EQ(AdvantagesOf({"grpo", {}}, {most, -most}), Floats({1, -1}));
}

TEST(Resolved, MethodComesBackWithEveryDefault) {
  using ::testing::VariantWith;
  const Result result = Valid({"max_at_k", {{"k", 2.0}}}).Run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.method.name, "max_at_k");
  EXPECT_THAT(result.method.parameters.at("k"), VariantWith<std::int64_t>(2));
  EXPECT_THAT(result.method.parameters.at("variant"), VariantWith<std::string>("plain"));
  EXPECT_THAT(result.method.parameters.at("scale"), VariantWith<std::string>("reduced"));
  const Result grpo = Valid({"grpo", {}}).Run();
  EXPECT_THAT(grpo.method.parameters.at("ddof"), VariantWith<std::int64_t>(0));
  EXPECT_THAT(grpo.method.parameters.at("epsilon"), VariantWith<double>(0));
}

}  // namespace
}  // namespace advantaged::testing
