// From what the grammar finds in a formula to its program. Private to core/formula/.
#ifndef ADVANTAGED_CORE_FORMULA_BUILDER_H_
#define ADVANTAGED_CORE_FORMULA_BUILDER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/formula/formula.h"

namespace advantaged::formula {

struct Function;

// Thrown, and caught by Formula::Compile.
struct Failure {
  std::size_t byte;  // offset into the text
  std::string message;
};

// Receives the parts of a formula in postfix order: operands first, then what combines them. `byte`
// is where the part begins in the text. Throws Failure for everything that the grammar cannot know.
class Builder {
 public:
  explicit Builder(const Constants& constants) : constants_(constants) {}

  void Number(std::string_view text, std::size_t byte);
  void Name(std::string_view name, std::size_t byte);
  void Operator(Code code, std::size_t byte);

  // A call: its name, for each argument its begin and its end, its end.
  void BeginCall(std::string_view name, std::size_t byte);
  void BeginArgument(std::size_t byte);
  void EndArgument();
  void EndCall();

  // One more level of what is nested, and back.
  void Enter(std::size_t byte);
  void Leave() { --depth_; }

  Formula Build(std::string_view text) &&;

 private:
  struct Call {
    const Function* function;
    std::size_t byte;
    std::size_t arguments = 0;
    std::size_t argument_byte = 0;
    std::size_t argument_start = 0;  // in operations
  };

  void Push(Operation operation, std::size_t cost, std::size_t byte);
  std::string UnknownName(std::string_view name) const;

  const Constants& constants_;
  Formula formula_;
  std::vector<Call> calls_;
  std::size_t depth_ = 0;
  std::size_t after_last_rho_ = 0;  // operations up to the last rho or rho_k
};

// True for the names that mean something by themselves: variables and functions.
bool IsReserved(std::string_view name);

}  // namespace advantaged::formula

#endif  // ADVANTAGED_CORE_FORMULA_BUILDER_H_
