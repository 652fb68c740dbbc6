// Messages come back empty, with their memory, within the bound, and are given up when idle.
#include "server/compute/message_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace advantaged {
namespace {

constexpr std::uint64_t kLarge = 1U << 20;

// A call whose request and reply carry `bytes` each.
void Fill(auto& messages, std::size_t bytes) {
  messages->request().mutable_rewards_float32_le()->assign(bytes, 'x');
  messages->request().mutable_method()->mutable_grpo();
  messages->response().mutable_advantages()->Resize(static_cast<int>(bytes / 4), 1);
}

TEST(MessagePool, MessagesComeBackEmptyWithTheirMemory) {
  MessagePool pool(8 * kLarge);
  auto first = pool.Acquire();
  Fill(first, kLarge);
  const float* memory = first->response().advantages().data();
  const MessagePool::Messages* const leased = first.get();
  first.reset();
  EXPECT_GE(pool.bytes(), 2 * kLarge);
  auto second = pool.Acquire();
  EXPECT_EQ(second.get(), leased);
  EXPECT_EQ(pool.bytes(), 0);
  EXPECT_EQ(second->request().ByteSizeLong(), 0);
  EXPECT_EQ(second->response().ByteSizeLong(), 0);
  second->response().mutable_advantages()->Resize(kLarge / 4, 2);
  EXPECT_EQ(second->response().advantages().data(), memory);
}

TEST(MessagePool, KeepsNoMoreThanItsBound) {
  MessagePool pool(5 * kLarge);
  std::vector<MessagePool::Lease> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(pool.Acquire());
  for (auto& call : calls) Fill(call, kLarge);
  calls.clear();
  EXPECT_GE(pool.bytes(), 4 * kLarge);
  EXPECT_LE(pool.bytes(), 5 * kLarge);
}

TEST(MessagePool, OfNoBytesKeepsNothing) {
  MessagePool pool(0);
  pool.Acquire();
  EXPECT_EQ(pool.bytes(), 0);
}

TEST(MessagePool, ShrinksToWhatWasNeeded) {
  MessagePool pool(64 * kLarge);
  std::vector<MessagePool::Lease> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(pool.Acquire());
  for (auto& call : calls) Fill(call, kLarge);
  calls.clear();
  pool.Shrink();
  const std::uint64_t all = pool.bytes();
  EXPECT_GE(all, 6 * kLarge) << "all three were in use since the beginning";
  pool.Acquire();
  pool.Shrink();
  EXPECT_NEAR(static_cast<double>(pool.bytes()), static_cast<double>(all) / 3, kLarge / 2)
      << "one was";
  pool.Shrink();
  EXPECT_EQ(pool.bytes(), 0) << "none was";
}

TEST(MessagePool, CallsAtOnceHaveMessagesOfTheirOwn) {
  MessagePool pool(64 * kLarge);
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, t] {
      for (int i = 0; i < 2000; ++i) {
        const auto call = pool.Acquire();
        EXPECT_FALSE(call->request().has_group_size());
        call->request().set_group_size(t);
        std::this_thread::yield();
        EXPECT_EQ(call->request().group_size(), t);
        if (i % 100 == 0) pool.Shrink();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace advantaged
