// The cache of tables: one table per method, parameters and n; bounded; shared by threads.

#include "core/methods/table_cache.h"

#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "core/methods/resolve.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

std::shared_ptr<const Table> Get(TableCache& cache, const MethodSpec& spec, std::uint32_t n) {
  Violations violations;
  const ResolvedMethod method = ResolveMethod(spec, violations);
  EXPECT_TRUE(violations.empty());
  return cache.Get(*method.row, method.parameters, n);
}

TEST(TableCache, GivesTheSameTableAgain) {
  TableCache cache(1 << 20);
  const auto first = Get(cache, {"skew_r", {}}, 64);
  const std::size_t bytes = cache.bytes();
  EXPECT_GE(bytes, 65 * sizeof(FloatPair));
  EXPECT_EQ(Get(cache, {"skew_r", {}}, 64), first);
  EXPECT_EQ(cache.bytes(), bytes);
  ASSERT_EQ(first->entries.size(), 65U);
}

// A key that forgot a parameter would hand out another's table.
TEST(TableCache, EveryParameterMakesAnotherTable) {
  TableCache cache(64 << 20);
  std::set<std::shared_ptr<const Table>> tables;
  std::size_t asked = 0;
  for (const MethodSpec& spec : EverySpec(9)) {
    if (spec.name == "opo" || spec.name == "custom_table") continue;
    for (const std::uint32_t n : {9U, 10U}) {
      tables.insert(Get(cache, spec, n));
      ++asked;
    }
  }
  EXPECT_EQ(tables.size(), asked);
}

TEST(TableCache, TablesHoldWhatEvaluatingOnceGives) {
  for (const MethodSpec& spec : EverySpec(9)) {
    if (spec.name == "opo") continue;
    Violations violations;
    const ResolvedMethod method = ResolveMethod(spec, violations);
    const Table table = BuildTable(*method.row, method.parameters, 9);
    for (std::uint32_t c = 0; c <= 9; ++c) {
      const FloatPair once = EvaluateEntry(*method.row, method.parameters, 9, c);
      EXPECT_EQ(BitsOf({table.entries[c].correct, table.entries[c].wrong}),
                BitsOf({once.correct, once.wrong}))
          << Describe(spec) << ", c = " << c;
    }
  }
}

TEST(TableCache, IsBounded) {
  constexpr std::size_t kBytes = 100000;
  TableCache cache(kBytes);
  const auto kept = Get(cache, {"grpo", {}}, 2000);
  for (int n = 2; n < 3000; ++n) {
    Get(cache, {"std_regularized", {{"std_coefficient", 0.001 * n}}},
        static_cast<std::uint32_t>(n));
    EXPECT_LE(cache.bytes(), kBytes);
  }
  EXPECT_GT(cache.bytes(), kBytes / 4);
  EXPECT_EQ(kept->entries.size(), 2001U);  // what a call holds stays
}

TEST(TableCache, DropsTheLeastRecentlyUsed) {
  TableCache cache(20000);
  const auto old = Get(cache, {"grpo", {}}, 500);
  for (std::uint32_t n = 100; n < 200; ++n) {
    Get(cache, {"skew_r", {}}, n);
    EXPECT_EQ(Get(cache, {"grpo", {}}, 500), old) << "used all the time";
  }
}

TEST(TableCache, ATableLargerThanTheBoundIsReturned) {
  TableCache cache(10);
  EXPECT_EQ(Get(cache, {"grpo", {}}, 4096)->entries.size(), 4097U);
  EXPECT_EQ(Get(cache, {"skew_r", {}}, 64)->entries.size(), 65U);
}

TEST(TableCache, TheTablesOfCallersAreNotKept) {
  TableCache cache(1 << 20);
  const std::vector<OutcomeTable> tables = SomeTables(9);
  Get(cache, {"custom_table", {{"tables", tables}}}, 9);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(TableCache, ThreadsGetOneResult) {
  const Floats expected = AdvantagesOf({"pass_at_k_grpo", {{"k", Whole(3)}}}, Outcomes(300, 30));
  TableCache cache(50000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&cache, &expected, t] {
      for (std::uint32_t n = 3; n < 300; ++n) {
        const auto table = Get(cache, {"pass_at_k_grpo", {{"k", Whole(3)}}},
                               n + static_cast<std::uint32_t>(t % 2));
        EXPECT_EQ(table->entries.size(), n + static_cast<std::uint32_t>(t % 2) + 1);
      }
      EXPECT_EQ(BitsOf(AdvantagesOf({"pass_at_k_grpo", {{"k", Whole(3)}}}, Outcomes(300, 30))),
                BitsOf(expected));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.bytes(), 50000U);
}

}  // namespace
}  // namespace advantaged::testing
