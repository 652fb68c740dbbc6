// The grammar of formulas, as in formula.h, and what each of its rules does.
#include <algorithm>
#include <tao/pegtl.hpp>

#include "base/text.h"
#include "core/formula/builder.h"
#include "core/formula/formula.h"

namespace advantaged {
namespace {

namespace pegtl = tao::pegtl;
using formula::Builder;
using formula::Code;

// Matches Rule one level deeper. All recursion passes here, so the stack is bounded.
template <typename Rule>
struct deeper {
  using rule_t = deeper;
  using subs_t = pegtl::type_list<Rule>;

  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename Input>
  static bool match(Input& in, Builder& builder) {
    builder.Enter(in.byte());
    const bool matched = Control<Rule>::template match<A, M, Action, Control>(in, builder);
    builder.Leave();
    return matched;
  }
};

struct expression;
struct unary;

struct blank : pegtl::star<pegtl::one<' ', '\t', '\r', '\n'>> {};
template <char C>
struct symbol : pegtl::seq<pegtl::one<C>, blank> {};

struct exponent : pegtl::seq<pegtl::one<'e', 'E'>, pegtl::opt<pegtl::one<'+', '-'>>,
                             pegtl::plus<pegtl::digit>> {};
struct mantissa : pegtl::sor<pegtl::seq<pegtl::plus<pegtl::digit>,
                                        pegtl::opt<pegtl::one<'.'>, pegtl::star<pegtl::digit>>>,
                             pegtl::seq<pegtl::one<'.'>, pegtl::plus<pegtl::digit>>> {};
struct number : pegtl::seq<mantissa, pegtl::opt<exponent>> {};
struct name : pegtl::identifier {};

struct function_name : pegtl::seq<pegtl::identifier, pegtl::at<blank, pegtl::one<'('>>> {};
struct argument_begin : pegtl::success {};
struct argument_end : pegtl::success {};
struct argument : pegtl::seq<argument_begin, deeper<expression>, argument_end> {};
struct another_argument : pegtl::seq<symbol<','>, argument> {};
struct call_end : pegtl::one<')'> {};
struct call : pegtl::seq<function_name, blank, symbol<'('>, argument, pegtl::star<another_argument>,
                         call_end> {};

struct group_end : pegtl::one<')'> {};
struct group : pegtl::seq<symbol<'('>, deeper<expression>, group_end> {};

struct primary : pegtl::seq<pegtl::sor<number, call, name, group>, blank> {};
struct raised : pegtl::seq<symbol<'^'>, deeper<unary>> {};
struct power : pegtl::seq<primary, pegtl::opt<raised>> {};
struct negated : pegtl::seq<symbol<'-'>, deeper<unary>> {};
struct unary : pegtl::sor<negated, power> {};
struct times : pegtl::seq<symbol<'*'>, unary> {};
struct over : pegtl::seq<symbol<'/'>, unary> {};
struct term : pegtl::seq<unary, pegtl::star<pegtl::sor<times, over>>> {};
struct plus : pegtl::seq<symbol<'+'>, term> {};
struct minus : pegtl::seq<symbol<'-'>, term> {};
struct expression : pegtl::seq<term, pegtl::star<pegtl::sor<plus, minus>>> {};
struct end : pegtl::eof {};
struct whole : pegtl::seq<blank, expression, end> {};

// Rules that nothing else can stand in for: where they fail, the text is wrong, and this says what
// was expected.
template <typename Rule>
inline constexpr const char* kExpected = nullptr;
template <>
inline constexpr const char* kExpected<primary> = "expected a number, a name or \"(\"";
template <>
inline constexpr const char* kExpected<group_end> = "expected an operator or \")\"";
template <>
inline constexpr const char* kExpected<call_end> = "expected an operator, \",\" or \")\"";
template <>
inline constexpr const char* kExpected<end> = "expected an operator or the end";

struct Errors {
  template <typename Rule>
  static constexpr const char* message = kExpected<Rule>;
};
template <typename Rule>
using Control = pegtl::must_if<Errors>::control<Rule>;

template <typename Rule>
struct Action {};

template <Code code>
struct Emit {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    builder.Operator(code, in.position().byte);
  }
};
template <>
struct Action<negated> : Emit<Code::kNegate> {};
template <>
struct Action<raised> : Emit<Code::kPower> {};
template <>
struct Action<times> : Emit<Code::kMultiply> {};
template <>
struct Action<over> : Emit<Code::kDivide> {};
template <>
struct Action<plus> : Emit<Code::kAdd> {};
template <>
struct Action<minus> : Emit<Code::kSubtract> {};

template <>
struct Action<number> {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    builder.Number(in.string_view(), in.position().byte);
  }
};
template <>
struct Action<name> {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    builder.Name(in.string_view(), in.position().byte);
  }
};
template <>
struct Action<function_name> {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    builder.BeginCall(in.string_view(), in.position().byte);
  }
};
template <>
struct Action<argument_begin> {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    builder.BeginArgument(in.position().byte);
  }
};
template <>
struct Action<argument_end> {
  static void apply0(Builder& builder) { builder.EndArgument(); }
};
template <>
struct Action<call_end> {
  static void apply0(Builder& builder) { builder.EndCall(); }
};

// The character, counted from 1, that begins at or before this byte.
std::size_t CharacterAt(std::string_view text, std::size_t byte) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text.substr(0, byte), begins)) + 1;
}

}  // namespace

std::variant<Formula, FormulaError> Formula::Compile(std::string_view text,
                                                     const Constants& constants) {
  if (text.size() > kMaxBytes) {
    return FormulaError{
        CharacterAt(text, kMaxBytes),
        Concat("the formula has ", text.size(), " bytes; ", kMaxBytes, " are the most")};
  }
  try {
    Builder builder(constants);
    pegtl::memory_input in(text.data(), text.size(), "");
    pegtl::parse<whole, Action, Control>(in, builder);
    return std::move(builder).Build(text);
  } catch (const formula::Failure& failure) {
    return FormulaError{CharacterAt(text, failure.byte), failure.message};
  } catch (const pegtl::parse_error& error) {
    return FormulaError{CharacterAt(text, error.positions().front().byte),
                        std::string(error.message())};
  }
}

bool Formula::IsName(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && name.size() <= kMaxNameBytes && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || is_digit(c); }) &&
         !formula::IsReserved(name);
}

}  // namespace advantaged
