// A call whose memory is kept allocates nothing large. Counted is what the calling thread allocates
// with C++'s operator new: this client, protobuf, Abseil. What gRPC receives into is malloc's, and
// the server of this process has threads of its own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "advantaged/client/client.h"
#include "tests/client/cpp/fake_server.h"
#include "tests/client/cpp/sample.h"

namespace {

constexpr std::size_t kLarge = 4096;
thread_local int large = 0;

}  // namespace

// Not inlined: GCC would see malloc in new and free in delete, and take them for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (size >= kLarge) ++large;
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace advantaged::client {
namespace {

int LargeAllocations(Client& client, const Sample& sample, Call& call) {
  large = 0;
  const absl::Status status = client.Compute(sample.view(), sample.settings, call);
  const int found = large;
  EXPECT_TRUE(status.ok()) << status;
  return found;
}

class Allocations : public testing::TestWithParam<bool> {};

TEST_P(Allocations, AreMadeOnceByWhoKeepsTheCall) {
  Sample sample = Sample::Draw(1, 8192, Sample::Groups::kSizes, GetParam());
  sample.settings.set_group_statistics(true);
  const FakeServer server;
  Client client(server.target());
  Call call;
  // gRPC may have the bytes of a request a moment longer, so the second call may need its own.
  EXPECT_GT(LargeAllocations(client, sample, call), 0);
  LargeAllocations(client, sample, call);
  LargeAllocations(client, sample, call);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(LargeAllocations(client, sample, call), 0) << i;
}

INSTANTIATE_TEST_SUITE_P(Rewards, Allocations, testing::Bool(),
                         [](const auto& binary) { return binary.param ? "binary" : "real"; });

}  // namespace
}  // namespace advantaged::client
