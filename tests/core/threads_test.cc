// What the core shares between threads without a lock.
#include <cstddef>
#include <thread>
#include <vector>

#include "tests/core/described.h"

namespace advantaged::testing {
namespace {

// The rule for the ends keeps tables and grows them when an integrand is rough.
TEST(SurrogateIntegral, ThreadsDoNotDisturbEachOther) {
  const auto describe = [](std::size_t i) {
    const double gamma = 1e5 * static_cast<double>(i % 4 + 20);
    return Described({"focal", {{"gamma", gamma}, {"base", std::string("grpo")}}}, 16,
                     {1e-12, 0.4, 0.9})
        .curve;
  };
  constexpr std::size_t kThreads = 8;
  std::vector<DescribedCurve> curves(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] { curves[i] = describe(i); });
    }
  }
  for (std::size_t i = 0; i < kThreads; ++i) {
    const DescribedCurve alone = describe(i);
    EXPECT_EQ(curves[i].surrogate, alone.surrogate);
    EXPECT_EQ(curves[i].surrogate_error_bound, alone.surrogate_error_bound);
  }
}

}  // namespace
}  // namespace advantaged::testing
