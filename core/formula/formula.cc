#include "core/formula/formula.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/formula/number.h"

namespace advantaged {

using formula::Code;
using formula::Number;
using formula::Operation;

namespace {

// The stack of one evaluation. A program never takes more than it has pushed.
class Stack {
 public:
  void Push(const Number& number) { numbers_[size_++] = number; }
  const Number& Top() const { return numbers_[size_ - 1]; }

  void Apply(Number (*function)(const Number&)) { numbers_[size_ - 1] = function(Top()); }
  void Apply(Number (*function)(const Number&, const Number&)) {
    --size_;
    numbers_[size_ - 1] = function(numbers_[size_ - 1], numbers_[size_]);
  }
  void Apply(Number (*function)(const Number&, const Number&, const Number&)) {
    size_ -= 2;
    numbers_[size_ - 1] = function(numbers_[size_ - 1], numbers_[size_], numbers_[size_ + 1]);
  }

 private:
  std::array<Number, Formula::kMaxOperations> numbers_;
  std::size_t size_ = 0;
};

Number Subtract(const Number& x, const Number& y) { return Add(x, Negate(y)); }

void PushOperand(const Operation& operation, const Formula::Point& at, Stack& stack) {
  if (operation.code == Code::kRho) {
    stack.Push({at.rho, at.fail, 1 + at.rho, 1});
  } else if (operation.code == Code::kRhoK) {
    stack.Push({at.rho_k, at.fail_k, 1 + at.rho_k, at.rho_k_slope});
  } else {
    stack.Push(formula::Plain(operation.code == Code::kK ? at.k : operation.number));
  }
}

void Step(const Operation& operation, const Formula::Point& at, Stack& stack) {
  switch (operation.code) {
    case Code::kNumber:
    case Code::kRho:
    case Code::kRhoK:
    case Code::kK:
      return PushOperand(operation, at, stack);
    case Code::kNegate:
      return stack.Apply(formula::Negate);
    case Code::kAdd:
      return stack.Apply(formula::Add);
    case Code::kSubtract:
      return stack.Apply(Subtract);
    case Code::kMultiply:
      return stack.Apply(formula::Multiply);
    case Code::kDivide:
      return stack.Apply(formula::Divide);
    case Code::kPower:
      return stack.Apply(formula::Power);
    case Code::kSqrt:
      return stack.Apply(formula::Sqrt);
    case Code::kLog:
      return stack.Apply(formula::Log);
    case Code::kExp:
      return stack.Apply(formula::Exp);
    case Code::kSin:
      return stack.Apply(formula::Sin);
    case Code::kCos:
      return stack.Apply(formula::Cos);
    case Code::kAsin:
      return stack.Apply(formula::Asin);
    case Code::kAcos:
      return stack.Apply(formula::Acos);
    case Code::kAtan:
      return stack.Apply(formula::Atan);
    case Code::kEntropy:
      return stack.Apply(formula::Entropy);
    case Code::kStd:
      return stack.Apply(formula::Std);
    case Code::kIncompleteBeta:
      return stack.Apply(formula::IncompleteBeta);
  }
}

}  // namespace

std::string FormulaError::Text() const { return Concat("character ", position, ": ", message); }

Formula::Value Formula::Evaluate(const Point& point) const {
  Stack stack;
  for (const Operation& operation : program_) Step(operation, point, stack);
  return {stack.Top().value, stack.Top().slope};
}

bool Formula::uses(std::string_view constant) const {
  return std::ranges::find(used_constants_, constant) != used_constants_.end();
}

}  // namespace advantaged
