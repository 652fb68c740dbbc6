// There is no memory for a call, wherever its work asks for some: the call is refused and counted,
// and the next one is answered as ever. The operator new of this program fails when a test says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "advantaged/v1/compute.pb.h"
#include "advantaged/v1/describe.pb.h"
#include "server/compute/call_record.h"
#include "server/compute/compute_backend.h"
#include "server/grpc/read_request.h"
#include "server/grpc/rpc/message_bytes.h"
#include "server/grpc/rpc/reply_bytes.h"
#include "server/json/codec.h"
#include "server/metrics/metrics.h"

namespace {

// Allocations of this thread until one fails; negative: none does, or it has.
thread_local long allocations_left = -1;

}  // namespace

void* operator new(std::size_t size) {
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace advantaged {
namespace {

GivenUp Waits() { return GivenUp::kNo; }

v1::ComputeAdvantagesRequest Batch() {
  v1::ComputeAdvantagesRequest request;
  request.mutable_method()->mutable_pass_at_k_grpo()->set_k(3);
  for (int i = 0; i < 5000; ++i) {
    request.add_rewards(i % 3 == 0 ? 1 : 0);
    request.add_group_ids(static_cast<std::uint32_t>(i / 7));
  }
  request.add_pass_at(1);
  request.add_pass_at(2);
  request.set_group_statistics(true);
  request.set_run("a");
  request.add_stages()->mutable_scale();
  return request;
}

v1::ComputeAdvantagesRequest WrongBatch() {
  v1::ComputeAdvantagesRequest request = Batch();
  request.set_group_size(7);
  for (int i = 0; i < 50; ++i) request.add_pass_at(0);
  return request;
}

class FailedAllocation : public testing::Test {
 protected:
  // Runs `work`, which answers with text, with each of its allocations failing once. `kEnough`
  // holds for the largest of the works here; beyond it only every so-manieth one is tried.
  void FailEach(const std::function<CallStatus(std::string& answer)>& work) {
    std::string expected;
    CallStatus good;
    for (int warm = 0; warm < 3; ++warm) {
      expected.clear();
      good = backend_.refusals().Guard([&] { return work(expected); });
    }
    ASSERT_NE(good.code, CallStatus::kResourceExhausted);
    int refused = 0;
    for (long fails = 0;; fails += 1 + fails / 500) {
      std::string answer;
      allocations_left = fails;
      CallStatus status = backend_.refusals().Guard([&] { return work(answer); });
      const bool all = allocations_left >= 0;
      allocations_left = -1;
      if (all) {
        EXPECT_EQ(status.code, good.code) << status.message;
        EXPECT_EQ(answer, expected);
        break;
      }
      // What may do without memory does: a cache that keeps nothing.
      if (status.code == CallStatus::kResourceExhausted) {
        ++refused;
        EXPECT_TRUE(status.retry_delay);
      } else {
        EXPECT_EQ(status.code, good.code) << "allocation " << fails << ": " << status.message;
      }
      answer.clear();
      status = backend_.refusals().Guard([&] { return work(answer); });
      ASSERT_EQ(answer, expected) << "after allocation " << fails << " failed";
    }
    EXPECT_GT(refused, 3);
    EXPECT_THAT(metrics_.Page(),
                testing::HasSubstr("advantaged_rejected_total{reason=\"allocation\"} " +
                                   std::to_string(refused_ += refused) + "\n"));
  }

  CallStatus Compute(const v1::ComputeAdvantagesRequest& request, std::string& answer) {
    v1::ComputeAdvantagesRequest read;
    grpc::ByteBuffer bytes = Serialize(request);
    CallStatus status = ReadRequest(bytes, read);
    if (!status.ok()) return status;
    v1::ComputeAdvantagesResponse response;
    ReplyBytes room;
    CallRecord record("grpc", Rpc::kComputeAdvantages);
    record.SetRequest(read);
    status = backend_.Compute(read, response, record, Waits, &room);
    response.clear_timings();
    if (!status.ok()) return status;
    std::vector<grpc::Slice> slices;
    room.With(response).Dump(&slices);
    for (const grpc::Slice& slice : slices) {
      answer.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return status;
  }

  Metrics metrics_{{}, {.runs = 4}};
  ComputeBackend backend_{{}, metrics_};
  int refused_ = 0;
};

TEST_F(FailedAllocation, OfABatchRefusesTheCall) {
  FailEach([&](std::string& answer) { return Compute(Batch(), answer); });
}

TEST_F(FailedAllocation, OfAWrongBatchRefusesTheCall) {
  FailEach([&](std::string& answer) { return Compute(WrongBatch(), answer); });
}

TEST_F(FailedAllocation, OfADescriptionRefusesTheCall) {
  FailEach([&](std::string& answer) {
    v1::DescribeMethodRequest request;
    request.mutable_method()->mutable_pass_at_k_variance_stabilized()->set_k(3);
    request.set_points(9);
    v1::DescribeMethodResponse response;
    CallRecord record("grpc", Rpc::kDescribeMethod);
    CallStatus status = backend_.Describe(request, response, record, Waits);
    if (status.ok()) answer = TakeAsJson(response);
    return status;
  });
}

TEST_F(FailedAllocation, OfJsonRefusesTheCall) {
  const std::string text = PrintJson(static_cast<const google::protobuf::Message&>(Batch()));
  FailEach([&](std::string& answer) {
    v1::ComputeAdvantagesRequest request;
    CallStatus status = ReadJson(text, request);
    if (!status.ok()) return status;
    v1::ComputeAdvantagesResponse response;
    CallRecord record("http", Rpc::kComputeAdvantages);
    status = backend_.Compute(request, response, record, Waits);
    response.clear_timings();
    if (status.ok()) answer = TakeAsJson(response);
    return status;
  });
}

TEST_F(FailedAllocation, OfJsonThatIsWrongRefusesTheCall) {
  FailEach([&](std::string& answer) {
    v1::ComputeAdvantagesRequest request;
    CallStatus status =
        ReadJson(R"({"rewards":[1,"x",null,{}],"nonsense":[],"method":{"rloo":7}})", request);
    answer = status.message;
    return status;
  });
}

}  // namespace
}  // namespace advantaged
