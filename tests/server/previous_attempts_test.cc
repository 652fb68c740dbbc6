// Which calls say that they are sent again.
#include "server/compute/previous_attempts.h"

#include <gtest/gtest.h>

namespace advantaged {
namespace {

TEST(AttemptAfter, OneOrMoreIsAgain) {
  for (const char* text : {"1", "2", "4", "10", "007", "99999999999999999999"}) {
    EXPECT_EQ(AttemptAfter(text), Attempt::kAgain) << text;
  }
}

TEST(AttemptAfter, NoneAndWhatIsNoNumberIsTheFirst) {
  for (const char* text : {"", "0", "00", "-1", "1.5", "one", " 1"}) {
    EXPECT_EQ(AttemptAfter(text), Attempt::kFirst) << text;
  }
}

}  // namespace
}  // namespace advantaged
