// Ids as 0, 1, 2 … in order of first appearance, whatever numbers they are.
#include "core/batch/dense_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace advantaged {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void ExpectFirstAppearance(const std::vector<std::uint32_t>& ids) {
  const DenseIds dense = Densify(ids);
  std::map<std::uint32_t, std::uint32_t> place_of;
  std::vector<std::uint32_t> distinct;
  std::vector<std::uint32_t> places;
  for (const std::uint32_t id : ids) {
    const auto [at, added] = place_of.try_emplace(id, static_cast<std::uint32_t>(distinct.size()));
    if (added) distinct.push_back(id);
    places.push_back(at->second);
  }
  std::vector<std::uint32_t> counts(distinct.size());
  for (const std::uint32_t place : places) ++counts[place];
  EXPECT_EQ(dense.distinct, distinct);
  EXPECT_EQ(dense.counts, counts);
  EXPECT_EQ(dense.places, places);
}

TEST(DenseIds, KeepTheOrderOfFirstAppearance) {
  const DenseIds dense = Densify(std::vector<std::uint32_t>{4294967295, 3, 4294967295, 0, 3});
  EXPECT_THAT(dense.distinct, ElementsAre(4294967295, 3, 0));
  EXPECT_THAT(dense.places, ElementsAre(0, 1, 0, 2, 1));
  EXPECT_THAT(Densify({}).places, IsEmpty());
}

TEST(DenseIds, OfEveryMagnitude) {
  std::mt19937 random(5);
  for (const std::uint32_t bound : {1U, 2U, 100U, 5000U, 1U << 20, 4294967295U}) {
    std::vector<std::uint32_t> ids;
    for (int i = 0; i < 1000; ++i) ids.push_back(static_cast<std::uint32_t>(random() % bound));
    ExpectFirstAppearance(ids);
    for (std::uint32_t& id : ids) id = 4294967295U - id;
    ExpectFirstAppearance(ids);
  }
}

TEST(DenseIds, AtTheLastSmallAndTheFirstLargeId) {
  for (const std::uint32_t largest : {1024U + 4 * 3 - 1, 1024U + 4 * 3}) {
    ExpectFirstAppearance({7, largest, 7});
  }
}

}  // namespace
}  // namespace advantaged
