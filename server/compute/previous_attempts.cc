#include "server/compute/previous_attempts.h"

namespace advantaged {

Attempt AttemptAfter(std::string_view previous_attempts) {
  const bool number = previous_attempts.find_first_not_of("0123456789") == std::string_view::npos;
  const bool above_zero = previous_attempts.find_first_not_of('0') != std::string_view::npos;
  return number && above_zero ? Attempt::kAgain : Attempt::kFirst;
}

}  // namespace advantaged
