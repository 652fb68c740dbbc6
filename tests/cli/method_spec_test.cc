#include "advantaged/client/method_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "advantaged/v1/method.pb.h"

namespace advantaged::client {
namespace {

using ::testing::HasSubstr;

v1::MethodSpec Parsed(std::string_view name, const std::vector<std::string>& settings) {
  const absl::StatusOr<v1::MethodSpec> spec = ParseMethodSpec(name, settings);
  EXPECT_TRUE(spec.ok()) << spec.status();
  return spec.value_or(v1::MethodSpec());
}

std::string ErrorOf(std::string_view name, const std::vector<std::string>& settings) {
  const absl::Status status = ParseMethodSpec(name, settings).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  return {status.message().data(), status.message().size()};
}

constexpr char kTables[] = R"([{"n": 1, "advantage_correct": [0, 1], "advantage_wrong": [-1, 0]}])";

TEST(MethodSpec, KnowsEveryMethodOfTheContract) {
  for (const std::string& name : MethodNames()) {
    EXPECT_EQ(FormatMethodSpec(Parsed(name, {})), name);
  }
  EXPECT_EQ(MethodNames().size(), 22U);
}

TEST(MethodSpec, SetsNumbersFlagsAndChoices) {
  const v1::MethodSpec grpo = Parsed("grpo", {"ddof=1", "epsilon=1e-6"});
  EXPECT_EQ(grpo.grpo().ddof(), 1U);
  EXPECT_EQ(grpo.grpo().epsilon(), 1e-6);

  const v1::MethodSpec rloo = Parsed("pass_at_k_rloo", {"k=4", "keep_factor_k=true"});
  EXPECT_TRUE(rloo.pass_at_k_rloo().keep_factor_k());

  const v1::MethodSpec max = Parsed("max_at_k", {"k=2", "variant=leave_one_out_minus_one"});
  EXPECT_EQ(max.max_at_k().variant(), v1::MaxAtK::VARIANT_LEAVE_ONE_OUT_MINUS_ONE);

  EXPECT_EQ(Parsed("focal", {"gamma=0.5", "base=dr_grpo"}).focal().base(), v1::BASE_METHOD_DR_GRPO);
}

TEST(MethodSpec, AbsentParametersStayUnset) {
  EXPECT_FALSE(Parsed("grpo", {}).grpo().has_ddof());
  EXPECT_TRUE(Parsed("grpo", {"ddof=0"}).grpo().has_ddof());
}

TEST(MethodSpec, TakesTablesAsJsonOrFromAFile) {
  const v1::MethodSpec given = Parsed("custom_table", {std::string("tables=") + kTables});
  ASSERT_EQ(given.custom_table().tables_size(), 1);
  EXPECT_EQ(given.custom_table().tables(0).advantage_wrong(0), -1);

  const std::string path = ::testing::TempDir() + "tables.json";
  std::ofstream(path) << kTables;
  const v1::MethodSpec read = Parsed("custom_table", {"tables=@" + path});
  EXPECT_EQ(read.SerializeAsString(), given.SerializeAsString());
  std::remove(path.c_str());
}

TEST(MethodSpec, TakesFormulasAndConstants) {
  const v1::MethodSpec spec =
      Parsed("surrogate", {"formula=a*log(rho) + b", "constants=b=-2.5e-1,a=1"});
  EXPECT_EQ(spec.surrogate().formula(), "a*log(rho) + b");
  ASSERT_EQ(spec.surrogate().constants().size(), 2U);
  EXPECT_EQ(spec.surrogate().constants().at("a"), 1);
  EXPECT_EQ(spec.surrogate().constants().at("b"), -0.25);
  EXPECT_EQ(FormatMethodSpec(spec), "surrogate formula='a*log(rho) + b' constants=a=1,b=-0.25");
  EXPECT_EQ(Parsed("surrogate", {"formula=x=1"}).surrogate().formula(), "x=1");
}

TEST(MethodSpec, RefusesMalformedConstants) {
  for (const std::string value : {"a", "a=", "=1", "a=1,", ",a=1", "a=1,,b=2", "a=x", "a=1 b=2"}) {
    EXPECT_THAT(ErrorOf("surrogate", {"constants=" + value}),
                HasSubstr("is not constants, as in a=0.5,b=1"))
        << value;
  }
  EXPECT_THAT(ErrorOf("surrogate", {"constants=a=1,b=2,a=1"}), HasSubstr("(a is given twice)"));
}

TEST(MethodSpec, FormatsWhatItParses) {
  const std::vector<std::string> settings = {"k=3", "base=rloo", "keep_factor_k=false"};
  EXPECT_EQ(FormatMethodSpec(Parsed("biased_pass_at_k", settings)),
            "biased_pass_at_k k=3 base=rloo keep_factor_k=false");
  EXPECT_EQ(FormatMethodSpec(Parsed("focal", {"gamma=0.1"})), "focal gamma=0.1");
  EXPECT_EQ(FormatMethodSpec(v1::MethodSpec()), "");
}

TEST(MethodSpec, SuggestsTheClosestName) {
  EXPECT_THAT(ErrorOf("gpro", {}), HasSubstr("unknown method \"gpro\"; did you mean \"grpo\"?"));
  EXPECT_THAT(ErrorOf("GRPO", {}), HasSubstr("did you mean \"grpo\"?"));
  EXPECT_THAT(ErrorOf("xyz", {}), HasSubstr("unknown method \"xyz\"; methods: reinforce, rloo"));
  EXPECT_EQ(ErrorOf("grpo", {"eps=1"}), "grpo has no parameter \"eps\"; it has ddof, epsilon");
  EXPECT_THAT(ErrorOf("grpo", {"epsilom=1"}), HasSubstr("did you mean \"epsilon\"?"));
  EXPECT_EQ(ErrorOf("rloo", {"k=1"}), "rloo has no parameter \"k\"; it has none");
  // A field of MethodSpec's message, but not of a method's.
  EXPECT_THAT(ErrorOf("method", {}), HasSubstr("unknown method"));
  EXPECT_THAT(ErrorOf("", {}), HasSubstr("unknown method \"\""));
}

TEST(MethodSpec, RefusesMalformedSettings) {
  EXPECT_EQ(ErrorOf("grpo", {"ddof"}), "\"ddof\" is not KEY=VALUE");
  EXPECT_EQ(ErrorOf("grpo", {"=1"}), "\"=1\" is not KEY=VALUE");
  EXPECT_EQ(ErrorOf("grpo", {"ddof=1", "ddof=0"}), "ddof is given twice");
  EXPECT_THAT(ErrorOf("focal", {"base=ppo"}), HasSubstr("is not one of reinforce, rloo, grpo"));
  EXPECT_THAT(ErrorOf("focal", {"base=RLOO"}), HasSubstr("is not one of"));
  EXPECT_THAT(ErrorOf("max_at_k", {"variant=unspecified"}), HasSubstr("is not one of plain"));
  EXPECT_THAT(ErrorOf("pass_at_k_rloo", {"keep_factor_k=1"}), HasSubstr("not true or false"));
  EXPECT_THAT(ErrorOf("custom_table", {"tables=[{"}), HasSubstr("not JSON of this parameter"));
  EXPECT_THAT(ErrorOf("custom_table", {"tables=[{\"m\": 1}]"}), HasSubstr("m: Cannot find field"));
  EXPECT_THAT(ErrorOf("custom_table", {"tables=@no/such"}), HasSubstr("cannot read no/such"));
  // Whoever reads a device may read for ever.
  EXPECT_THAT(ErrorOf("custom_table", {"tables=@/dev/zero"}), HasSubstr("not a regular file"));
}

class NotANumber : public ::testing::TestWithParam<const char*> {};

TEST_P(NotANumber, IsRefusedWhole) {
  const std::string value = GetParam();
  EXPECT_THAT(ErrorOf("grpo", {"ddof=" + value}), HasSubstr("is not a whole number"));
  EXPECT_THAT(ErrorOf("grpo", {"epsilon=" + value}), HasSubstr("is not a number"));
}

INSTANTIATE_TEST_SUITE_P(MethodSpec, NotANumber,
                         ::testing::Values("", " 1", "1 ", "1x", "0,5", "+-1", "0x1", "one", "--1",
                                           "inf", "nan"));

TEST(MethodSpec, WholeNumbersHaveNoSignAndNoFraction) {
  for (const std::string value : {"-1", "1.0", "1e3", "4294967296"}) {
    EXPECT_THAT(ErrorOf("grpo", {"ddof=" + value}), HasSubstr("is not a whole number")) << value;
  }
  EXPECT_EQ(Parsed("grpo", {"ddof=4294967295"}).grpo().ddof(), 4294967295U);
}

}  // namespace
}  // namespace advantaged::client
