// Texts that are no formulas: where, and what was expected.

#include <string>
#include <vector>

#include "base/text.h"
#include "tests/core/formula_check.h"

namespace advantaged::testing {
namespace {

std::string ErrorOf(std::string_view text) {
  const auto compiled = Formula::Compile(text, {{"lambda", 0.3}});
  const auto* error = std::get_if<FormulaError>(&compiled);
  return error == nullptr ? "" : error->Text();
}

std::string Repeated(std::size_t times, std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

constexpr char kOperand[] = R"~(expected a number, a name or "(")~";
constexpr char kOperatorOrEnd[] = "expected an operator or the end";

TEST(FormulaErrors, NameThePositionAndWhatWasExpected) {
  struct Wrong {
    const char* text;
    const char* error;
  };
  const std::vector<Wrong> wrong = {
      {"", R"~(character 1: expected a number, a name or "(")~"},
      {"  ", R"~(character 3: expected a number, a name or "(")~"},
      {"rho +", R"~(character 6: expected a number, a name or "(")~"},
      {"rho + * 2", R"~(character 7: expected a number, a name or "(")~"},
      {"+rho", R"~(character 1: expected a number, a name or "(")~"},
      {"rho^", R"~(character 5: expected a number, a name or "(")~"},
      {"()", R"~(character 2: expected a number, a name or "(")~"},
      {"log()", R"~(character 5: expected a number, a name or "(")~"},
      {"pow(rho,)", R"~(character 9: expected a number, a name or "(")~"},
      {".", R"~(character 1: expected a number, a name or "(")~"},
      {"#", R"~(character 1: expected a number, a name or "(")~"},
      {"\xcf\x81", R"~(character 1: expected a number, a name or "(")~"},
      {"(rho", R"~(character 5: expected an operator or ")")~"},
      {"(rho, 1)", R"~(character 5: expected an operator or ")")~"},
      {"asin(sqrt(rho)", R"~(character 15: expected an operator, "," or ")")~"},
      {"log(rho rho)", R"~(character 9: expected an operator, "," or ")")~"},
      {"rho rho", "character 5: expected an operator or the end"},
      {"2rho", "character 2: expected an operator or the end"},
      {"rho)", "character 4: expected an operator or the end"},
      {"1.5.2", "character 4: expected an operator or the end"},
      {"0x10", "character 2: expected an operator or the end"},
      {"1e", "character 2: expected an operator or the end"},
      {"rho ** 2", R"~(character 6: expected a number, a name or "(")~"},
      {"rho = 1", "character 5: expected an operator or the end"},
      // Characters are counted, not bytes.
      {"rho \xe2\x88\x92 \xcf\x81", "character 5: expected an operator or the end"},
      {"rho + \xcf\x81 + \xcf\x81", R"~(character 7: expected a number, a name or "(")~"},
      {"sqrt", R"~(character 1: "sqrt" is a function: it needs an argument in parentheses)~"},
      {"pow + 1", R"~(character 1: "pow" is a function: it needs arguments in parentheses)~"},
      {"rho(1-rho)", R"~(character 1: "rho" is not a function; write "*" to multiply)~"},
      {"lambda (rho)", R"~(character 1: "lambda" is not a function; write "*" to multiply)~"},
      {"1 + pow(rho)", "character 5: pow takes 2 arguments, not 1"},
      {"sqrt(rho, 2)", "character 1: sqrt takes 1 argument, not 2"},
      {"incomplete_beta(rho, 1, 2, 3)", "character 1: incomplete_beta takes 3 arguments, not 4"},
      {"incomplete_beta(rho, 2 * rho, 1)",
       "character 22: the second argument of incomplete_beta must not depend on rho"},
      {"incomplete_beta(rho, 1, k + rho_k)",
       "character 25: the third argument of incomplete_beta must not depend on rho"},
      {"1e999", "character 1: 1e999 is beyond the range of a double"},
      {"rho + 1e-999", "character 7: 1e-999 is beyond the range of a double"},
  };
  for (const Wrong& one : wrong) EXPECT_EQ(ErrorOf(one.text), one.error) << one.text;
}

TEST(FormulaErrors, UnknownNamesGetTheKnownOnesAndTheClosest) {
  const auto name = [](std::string_view typed, std::string_view suggestion = "") {
    return Concat("character 5: unknown name \"", typed,
                  "\"; there are rho, rho_k, k, lambda, and "
                  "any other as one of the constants",
                  suggestion);
  };
  EXPECT_EQ(ErrorOf("2 * rh"), name("rh", "; did you mean \"rho\"?"));
  EXPECT_EQ(ErrorOf("2 * lamda"), name("lamda", "; did you mean \"lambda\"?"));
  EXPECT_EQ(ErrorOf("2 * Rho"), name("Rho", "; did you mean \"rho\"?"));
  EXPECT_EQ(ErrorOf("2 * K"), name("K", "; did you mean \"k\"?"));
  EXPECT_EQ(ErrorOf("2 * RHO_K"), name("RHO_K", "; did you mean \"rho_k\"?"));
  EXPECT_EQ(ErrorOf("2 * pi"), name("pi"));
  EXPECT_EQ(ErrorOf("2 * unheard_of"), name("unheard_of"));
  const auto function = [](std::string_view typed, std::string_view suggestion = "") {
    return Concat("character 5: unknown function \"", typed,
                  "\"; there are sqrt, log, exp, sin, cos, asin, acos, atan, pow, entropy, std, "
                  "incomplete_beta",
                  suggestion);
  };
  EXPECT_EQ(ErrorOf("1 + asn(rho)"), function("asn", "; did you mean \"asin\"?"));
  EXPECT_EQ(ErrorOf("1 + ln(rho)"), function("ln", "; did you mean \"log\"?"));
  EXPECT_EQ(ErrorOf("1 + LOG(rho)"), function("LOG", "; did you mean \"log\"?"));
  EXPECT_EQ(ErrorOf("1 + arcsin(rho)"), function("arcsin", "; did you mean \"asin\"?"));
  EXPECT_EQ(ErrorOf("1 + abs(rho)"), function("abs"));
  EXPECT_EQ(ErrorOf("1 + unheard_of(rho)"), function("unheard_of"));
}

TEST(FormulaErrors, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(ErrorOf({"\0", 1}), Concat("character 1: ", kOperand));
  EXPECT_EQ(ErrorOf({"rho\0", 4}), Concat("character 4: ", kOperatorOrEnd));
  EXPECT_EQ(ErrorOf("rho\xff"), Concat("character 4: ", kOperatorOrEnd));
  EXPECT_EQ(ErrorOf("\x80\x80rho"), Concat("character 1: ", kOperand));
}

TEST(FormulaErrors, AtMost512Bytes) {
  EXPECT_EQ(ErrorOf(Concat(Repeated(509, " "), "rho")), "");
  EXPECT_EQ(ErrorOf(Concat(Repeated(510, " "), "rho")),
            "character 513: the formula has 513 bytes; 512 are the most");
  EXPECT_EQ(ErrorOf(Repeated(1 << 20, "(")),
            "character 513: the formula has 1048576 bytes; 512 are the most");
}

TEST(FormulaErrors, AtMost64Levels) {
  struct Nested {
    const char* open;
    const char* close;
    std::size_t width;  // of what comes before the level
  };
  for (const Nested& nested :
       std::vector<Nested>{{"(", ")", 1}, {"-", "", 1}, {"exp(", ")", 4}, {"2^", "", 2}}) {
    const auto text = [&](std::size_t levels) {
      return Concat(Repeated(levels, nested.open), "1", Repeated(levels, nested.close));
    };
    EXPECT_EQ(ErrorOf(text(64)), "") << nested.open;
    EXPECT_EQ(ErrorOf(text(65)),
              Concat("character ", 65 * nested.width + 1, ": nested deeper than 64 levels"));
  }
  // Left open, and as deep as 512 bytes can go.
  for (const char* open : {"(", "-", "-(", "1^", "sin(", "pow(1,", "1+2*(", "1^-("}) {
    const std::size_t times = Formula::kMaxBytes / std::string_view(open).size();
    EXPECT_NE(ErrorOf(Repeated(times, open)).find("nested deeper than 64 levels"),
              std::string::npos)
        << open;
  }
}

TEST(FormulaErrors, LevelsSideBySideDoNotAddUp) {
  EXPECT_EQ(ErrorOf(Concat(Repeated(60, "(rho)*-"), "1")), "");
  EXPECT_EQ(ErrorOf(Concat(Repeated(60, "exp(1)+"), "1")), "");
}

TEST(FormulaErrors, AtMost256Operations) {
  // 128 numbers and 127 sums.
  EXPECT_EQ(ErrorOf(Concat(Repeated(127, "1+"), "1")), "");
  EXPECT_EQ(ErrorOf(Concat("-", Repeated(127, "1+"), "1")), "");
  EXPECT_EQ(ErrorOf(Concat(Repeated(128, "1+"), "1")),
            "character 256: the formula takes more than 256 operations from here on");
  EXPECT_EQ(ErrorOf(Concat(Repeated(255, "1+"), "1")),
            "character 256: the formula takes more than 256 operations from here on");
}

TEST(FormulaErrors, TheStackOfAnEvaluationHoldsTheDeepestProgram) {
  // Each level leaves a number waiting.
  const std::string text = Concat(Repeated(51, "1-2*("), "1", Repeated(51, ")"));
  EXPECT_EQ(ErrorOf(text), "");
  EXPECT_TRUE(std::isfinite(Compiled(text).Evaluate(PointOf(4, 1)).value));
}

TEST(FormulaErrors, NamesOfConstants) {
  for (const char* good : {"a", "_", "lambda", "x_1", "rho_", "kk", "e", "pi"}) {
    EXPECT_TRUE(Formula::IsName(good)) << good;
  }
  for (const char* bad : {"", "1a", "A", "a-b", "a b", "rho", "rho_k", "k", "sqrt", "std",
                          "entropy", "incomplete_beta", "\xcf\x81"}) {
    EXPECT_FALSE(Formula::IsName(bad)) << bad;
  }
  EXPECT_TRUE(Formula::IsName(std::string(32, 'a')));
  EXPECT_FALSE(Formula::IsName(std::string(33, 'a')));
}

}  // namespace
}  // namespace advantaged::testing
