// Count and select over many groups, on every target, against plain loops: all small sizes and
// those around blocks, arrays at any place, groups of different sizes, bitmaps from any bit, and
// rewards that are neither 0 nor 1.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "core/kernels/table.h"
#include "tests/core/call.h"
#include "tests/core/every_target.h"

namespace advantaged::testing {
namespace {

using Counts = std::vector<std::uint32_t>;
constexpr float kUntouched = 77;

std::vector<std::size_t> GroupSizes() {
  std::vector<std::size_t> sizes(70);
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = i + 1;
  sizes.insert(sizes.end(), {127, 128, 1000, 4095, 4096, 4097});
  return sizes;
}

std::vector<FloatPair> Entries(std::size_t n) {
  std::vector<FloatPair> entries;
  for (std::size_t c = 0; c <= n; ++c) {
    const auto value = static_cast<float>(100 * n + c + 1);
    entries.push_back({value, -value});
  }
  return entries;
}

// Groups of the sizes given, 0 or 1 each, among them all 0 and all 1.
struct Batch {
  std::vector<std::uint32_t> offsets = {0};
  Floats rewards;
  Counts counts;
  Floats advantages;
  std::vector<std::vector<FloatPair>> entries;
  std::vector<const FloatPair*> tables;

  Batch(const std::vector<std::size_t>& sizes, unsigned seed) {
    std::mt19937 random(seed);
    for (const std::size_t n : sizes) {
      entries.push_back(Entries(n));
      const auto rate = random() % 5;
      std::uint32_t ones = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const bool one = random() % 4 < rate;
        ones += static_cast<std::uint32_t>(one);
        rewards.push_back(one ? 1.0F : random() % 2 == 0 ? 0.0F : -0.0F);
      }
      counts.push_back(ones);
      const FloatPair pair = entries.back()[ones];
      for (std::size_t i = rewards.size() - n; i < rewards.size(); ++i) {
        advantages.push_back(rewards[i] == 1 ? pair.correct : pair.wrong);
      }
      offsets.push_back(static_cast<std::uint32_t>(rewards.size()));
    }
    for (const auto& table : entries) tables.push_back(table.data());
  }

  std::size_t size() const { return counts.size(); }
  std::vector<std::uint8_t> Bits(std::size_t first) const {
    std::vector<std::uint8_t> bits((first + rewards.size() + 7) / 8, 0xff);
    for (std::size_t i = 0; i < rewards.size(); ++i) {
      const auto bit = static_cast<std::uint8_t>(1U << ((first + i) % 8));
      if (rewards[i] == 0) bits[(first + i) / 8] &= static_cast<std::uint8_t>(~bit);
    }
    return bits;
  }
  Counts OffsetsFrom(std::size_t first) const {
    Counts moved = offsets;
    for (std::uint32_t& offset : moved) offset += static_cast<std::uint32_t>(first);
    return moved;
  }
};

// A place for advantages that begins at any float, and notices what is written beside it.
struct Place {
  std::size_t at;
  std::size_t size;
  Floats all;

  Place(std::size_t start, std::size_t n) : at(start), size(n), all(at + n + 20, kUntouched) {}
  std::span<float> span() { return std::span(all).subspan(at, size); }
  void Expect(const Floats& expected) const {
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), all.begin() + static_cast<long>(at)));
    EXPECT_EQ(std::ranges::count(all, kUntouched), static_cast<long>(all.size() - size));
  }
};

// The rewards at another place, so that vectors meet every alignment.
std::span<const float> Moved(const Floats& rewards, std::size_t at, Floats& storage) {
  storage.assign(at, 5.0F);
  storage.insert(storage.end(), rewards.begin(), rewards.end());
  return std::span<const float>(storage).subspan(at);
}

TEST(Table, UniformGroups) {
  OnEveryTarget([] {
    for (const std::size_t n : GroupSizes()) {
      for (const std::size_t groups : {1U, 2U, 5U, 33U, 70U}) {
        const std::vector<std::size_t> sizes(n > 1000 ? 3 : groups, n);
        const Batch batch(sizes, static_cast<unsigned>(n * 100 + groups));
        SCOPED_TRACE(::testing::Message() << "n = " << n << ", groups = " << batch.size());
        const std::size_t at = (n + groups) % 17;
        Floats storage;
        const std::span<const float> rewards = Moved(batch.rewards, at, storage);
        Place out(at, rewards.size());
        Counts counts(batch.size());
        const auto size = static_cast<std::uint32_t>(n);
        const GroupTables one_table = batch.tables;
        EXPECT_EQ(SelectByCount({rewards, size}, one_table, out.span(), counts), batch.size());
        out.Expect(batch.advantages);
        EXPECT_EQ(counts, batch.counts);
        Counts again(batch.size());
        EXPECT_EQ(CountOnes({rewards, size}, again), batch.size());
        EXPECT_EQ(again, batch.counts);
      }
    }
  });
}

TEST(Table, RaggedGroups) {
  OnEveryTarget([] {
    std::mt19937 random(2);
    for (unsigned round = 0; round < 40; ++round) {
      std::vector<std::size_t> sizes(random() % 60 + 1);
      for (std::size_t& n : sizes) n = random() % 71;
      if (round == 7) sizes[0] = 4097;
      const Batch batch(sizes, round);
      Floats storage;
      const std::span<const float> rewards = Moved(batch.rewards, round % 16, storage);
      const Counts offsets = batch.OffsetsFrom(round);  // a part of a larger batch
      Place out(round % 16, rewards.size());
      Counts counts(batch.size());
      EXPECT_EQ(SelectByCount({rewards, offsets}, batch.tables, out.span(), counts), batch.size());
      out.Expect(batch.advantages);
      EXPECT_EQ(counts, batch.counts);
      Counts again(batch.size());
      EXPECT_EQ(CountOnes({rewards, offsets}, again), batch.size());
      EXPECT_EQ(again, batch.counts);
    }
  });
}

TEST(Table, BitmapsFromEveryBit) {
  OnEveryTarget([] {
    for (const std::size_t n : GroupSizes()) {
      const Batch batch(std::vector<std::size_t>(n > 1000 ? 2 : 19, n), static_cast<unsigned>(n));
      for (std::size_t first = 0; first < 18; ++first) {
        SCOPED_TRACE(::testing::Message() << "n = " << n << " from bit " << first);
        const std::vector<std::uint8_t> bits = batch.Bits(first);
        Counts counts(batch.size());
        const GroupPlaces places(batch.size(), static_cast<std::uint32_t>(n));
        CountOnes({bits, first}, places, counts);
        EXPECT_EQ(counts, batch.counts);
        Place out(first, batch.rewards.size());
        Counts again(batch.size());
        SelectByCount({bits, first}, places, batch.tables, out.span(), again);
        out.Expect(batch.advantages);
        EXPECT_EQ(again, batch.counts);
      }
    }
  });
}

TEST(Table, RaggedGroupsOfBits) {
  OnEveryTarget([] {
    std::mt19937 random(5);
    for (unsigned round = 0; round < 40; ++round) {
      std::vector<std::size_t> sizes(random() % 60 + 1);
      for (std::size_t& n : sizes) n = random() % 130;
      const Batch batch(sizes, round);
      const std::vector<std::uint8_t> bits = batch.Bits(round);
      const Counts offsets = batch.OffsetsFrom(round);
      Counts counts(batch.size());
      CountOnes({bits, round}, GroupPlaces(offsets), counts);
      EXPECT_EQ(counts, batch.counts);
      Place out(round, batch.rewards.size());
      Counts again(batch.size());
      SelectByCount({bits, round}, GroupPlaces(offsets), batch.tables, out.span(), again);
      out.Expect(batch.advantages);
      EXPECT_EQ(again, batch.counts);
    }
  });
}

TEST(Table, StopsAtTheFirstGroupThatIsNotBinary) {
  constexpr float kNotBinary[] = {0.5F,
                                  -1,
                                  2,
                                  std::numeric_limits<float>::denorm_min(),
                                  std::numeric_limits<float>::quiet_NaN(),
                                  -std::numeric_limits<float>::infinity(),
                                  1 + std::numeric_limits<float>::epsilon()};
  OnEveryTarget([&] {
    std::mt19937 random(8);
    for (const std::size_t n : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 15U, 16U, 17U, 31U, 64U, 100U}) {
      const std::size_t groups = 6000 / n;
      const Batch batch(std::vector<std::size_t>(groups, n), static_cast<unsigned>(n));
      for (unsigned round = 0; round < 40; ++round) {
        Floats rewards = batch.rewards;
        // The first, the last, and any place.
        const std::size_t place = round == 0   ? 0
                                  : round == 1 ? rewards.size() - 1
                                               : random() % rewards.size();
        rewards[place] = kNotBinary[round % std::size(kNotBinary)];
        if (place + 10 < rewards.size()) rewards[place + 10] = 3;
        const std::size_t good = place / n;
        Counts counts(groups);
        Floats out(rewards.size());
        const auto size = static_cast<std::uint32_t>(n);
        const GroupTables one_table = batch.tables;
        EXPECT_EQ(SelectByCount({rewards, size}, one_table, out, counts), good);
        EXPECT_TRUE(std::equal(counts.begin(), counts.begin() + static_cast<long>(good),
                               batch.counts.begin()));
        EXPECT_TRUE(std::equal(out.begin(), out.begin() + static_cast<long>(good * n),
                               batch.advantages.begin()));
        EXPECT_EQ(CountOnes({rewards, size}, counts), good);
        EXPECT_EQ(SelectByCount({rewards, batch.offsets}, batch.tables, out, counts), good);
        EXPECT_TRUE(std::equal(out.begin(), out.begin() + static_cast<long>(good * n),
                               batch.advantages.begin()));
        EXPECT_EQ(CountOnes({rewards, batch.offsets}, counts), good);
      }
    }
  });
}

}  // namespace
}  // namespace advantaged::testing
