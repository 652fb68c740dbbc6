// Queries of request targets: what they say, and what of it is a DescribeMethodRequest.
#include "server/http/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/codec/query.h"

namespace advantaged {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

http::Query Parse(std::string_view text) {
  std::string error;
  const auto query = http::ParseQuery(text, error);
  EXPECT_TRUE(query.has_value()) << error;
  return query.value_or(http::Query());
}

TEST(Query, NamesAndValuesAreDecoded) {
  EXPECT_THAT(Parse(""), ElementsAre());
  EXPECT_THAT(Parse("k=4&note=a+b%21"), ElementsAre(Pair("k", "4"), Pair("note", "a b!")));
  EXPECT_THAT(Parse("%6b=%2B%26%3d%25"), ElementsAre(Pair("k", "+&=%")));
  EXPECT_THAT(Parse("&&k=1=2&flag&=3&"),
              ElementsAre(Pair("k", "1=2"), Pair("flag", ""), Pair("", "3")));
  EXPECT_THAT(Parse("k=%00%FF"), ElementsAre(Pair("k", std::string("\0\xff", 2))));
}

TEST(Query, PercentSignsNeedDigits) {
  for (const char* bad : {"k=%", "k=%4", "k=%4g", "k=%-1", "k=%+4", "k=% 4", "%zz=1", "a=1&b=%x"}) {
    std::string error;
    EXPECT_FALSE(http::ParseQuery(bad, error).has_value()) << bad;
    EXPECT_THAT(error, HasSubstr("hexadecimal")) << bad;
  }
}

v1::DescribeMethodRequest Decode(std::string_view text) {
  v1::DescribeMethodRequest message;
  Violations violations;
  DecodeQuery(Parse(text), message, violations);
  EXPECT_TRUE(violations.empty()) << violations.listed().front().description;
  return message;
}

TEST(Query, FieldsAndParametersOfEveryType) {
  v1::DescribeMethodRequest message =
      Decode("points=99&k=4&method=biased_pass_at_k&base=dr_grpo&keep_factor_k=true&n=8");
  EXPECT_EQ(message.n(), 8U);
  EXPECT_EQ(message.points(), 99U);
  const v1::BiasedPassAtK& biased = message.method().biased_pass_at_k();
  EXPECT_EQ(biased.k(), 4U);
  EXPECT_EQ(biased.base(), v1::BASE_METHOD_DR_GRPO);
  EXPECT_TRUE(biased.keep_factor_k());

  message = Decode("method=std_regularized&std_coefficient=2.5e-1&rho=0.1,1e-3,1");
  EXPECT_EQ(message.method().std_regularized().std_coefficient(), 0.25);
  EXPECT_THAT(message.rho(), ElementsAre(0.1, 1e-3, 1));
  EXPECT_FALSE(message.has_n());
  EXPECT_FALSE(message.has_points());
  message = Decode("method=surrogate&formula=a*rho%2Bb&constants=a=2.5e-1,b=-1");
  EXPECT_EQ(message.method().surrogate().formula(), "a*rho+b");
  EXPECT_THAT(message.method().surrogate().constants(),
              testing::UnorderedElementsAre(Pair("a", 0.25), Pair("b", -1.0)));
  EXPECT_EQ(Decode("method=rloo").method().method_case(), v1::MethodSpec::kRloo);
}

// The only violation.
Violation Refused(std::string_view text) {
  v1::DescribeMethodRequest message;
  Violations violations;
  DecodeQuery(Parse(text), message, violations);
  EXPECT_EQ(violations.count(), 1U) << text;
  return violations.empty() ? Violation() : violations.listed().front();
}

TEST(Query, WhatIsNoRequest) {
  const struct {
    const char* query;
    const char* field;
    const char* said;
  } kBad[] = {
      {"method=", "method", "unknown method \"\""},
      {"method=gpro", "method", "did you mean \"grpo\"?"},
      {"method=grpo&method=grpo", "method", "twice"},
      {"method=grpo&n=4&n=4", "n", "twice"},
      {"method=pass_at_k_grpo&kk=4", "kk", "did you mean \"k\"?"},
      {"method=grpo&k=4", "k", "neither a parameter of grpo nor one of n, points, rho"},
      {"method=grpo&point=4", "point", "did you mean \"points\"?"},
      {"method=grpo&n=", "n", "\"\"; must be a whole number"},
      {"method=grpo&n=4.0", "n", "\"4.0\"; must be a whole number"},
      {"method=grpo&n=-1", "n", "\"-1\""},
      {"method=grpo&points=4294967296", "points", "4294967296"},
      {"method=grpo&rho=", "rho[0]", "\"\"; must be a number"},
      {"method=grpo&rho=0.1,,0.2", "rho[1]", "\"\"; must be a number"},
      {"method=grpo&rho=0.1,x", "rho[1]", "\"x\"; must be a number"},
      {"method=grpo&epsilon=1,5", "method.grpo.epsilon", "\"1,5\"; must be a number"},
      {"method=pass_at_k_grpo&k=4&keep_factor_k=1", "method.pass_at_k_grpo.keep_factor_k",
       "must be true or false"},
      {"method=focal&gamma=1&base=grop", "method.focal.base",
       "reinforce, rloo, grpo, dr_grpo; did you mean"},
      {"method=focal&gamma=1&base=unspecified", "method.focal.base", "must be one of"},
      {"method=surrogate&constants=", "method.surrogate.constants", "\"\" is not NAME=NUMBER"},
      {"method=surrogate&constants=a", "method.surrogate.constants", "\"a\" is not NAME=NUMBER"},
      {"method=surrogate&constants==1", "method.surrogate.constants", "\"=1\" is not NAME=NUMBER"},
      {"method=surrogate&constants=a=1,b=x", "method.surrogate.constants",
       "\"b=x\" is not NAME=NUMBER"},
      {"method=surrogate&constants=a=1,a=2", "method.surrogate.constants", "\"a\" is given twice"},
      {"method=custom_table&tables=[]", "method.custom_table.tables", "POST"},
      {"method=grpo&%FF%0A=1", "??", "neither"},
  };
  for (const auto& [query, field, said] : kBad) {
    const Violation violation = Refused(query);
    EXPECT_EQ(violation.field, field) << query;
    EXPECT_THAT(violation.description, HasSubstr(said)) << query;
  }
}

TEST(Query, WithoutAMethodIsARequestWithoutOne) {
  for (const char* query : {"", "k=4", "n=4"}) EXPECT_FALSE(Decode(query).has_method()) << query;
}

TEST(Query, EveryViolationIsListed) {
  v1::DescribeMethodRequest message;
  Violations violations;
  DecodeQuery(Parse("method=pass_at_k_grpo&k=x&n=y&foo=1"), message, violations);
  EXPECT_EQ(violations.count(), 3U);
}

TEST(Query, TextsAreBounded) {
  const Violation violation = Refused("method=" + std::string(10000, 'x'));
  EXPECT_LT(violation.description.size(), 1000U);
  EXPECT_EQ(Refused("method=grpo&" + std::string(10000, 'x')).field.size(), 256U);
}

TEST(Query, NoParameterHasTheNameOfAField) {
  const auto& methods = *v1::MethodSpec::descriptor();
  for (int i = 0; i < methods.field_count(); ++i) {
    for (const char* field : {"method", "n", "points", "rho"}) {
      EXPECT_EQ(methods.field(i)->message_type()->FindFieldByName(field), nullptr)
          << methods.field(i)->name();
    }
  }
}

}  // namespace
}  // namespace advantaged
