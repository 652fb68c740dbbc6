// Callers who have given up: where they are noticed, what they hear, what is counted.
#include "server/compute/compute_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <latch>
#include <string>
#include <utility>

#include "advantaged/v1/compute.pb.h"
#include "advantaged/v1/describe.pb.h"
#include "server/compute/call_record.h"
#include "server/metrics/metrics.h"

namespace advantaged {
namespace {

using testing::HasSubstr;

class ComputeBackendTest : public testing::Test {
 protected:
  // A check that says `why` when it is asked for the nth time, counted from 1, and before kNo.
  static GivenUpCheck At(int nth, GivenUp why) {
    return [asked = 0, nth, why]() mutable { return ++asked < nth ? GivenUp::kNo : why; };
  }
  CallStatus Compute(const GivenUpCheck& given_up) {
    v1::ComputeAdvantagesRequest request;
    request.mutable_method()->mutable_rloo();
    for (const float reward : {1.0F, 0.0F}) request.add_rewards(reward);
    request.set_group_size(2);
    v1::ComputeAdvantagesResponse response;
    CallRecord record("grpc", Rpc::kComputeAdvantages);
    record.set_attempt(attempt_);
    return backend_.Compute(request, response, record, given_up);
  }
  CallStatus Describe(const GivenUpCheck& given_up) {
    v1::DescribeMethodRequest request;
    request.mutable_method()->mutable_rloo();
    request.set_n(4);
    v1::DescribeMethodResponse response;
    CallRecord record("grpc", Rpc::kDescribeMethod);
    return backend_.Describe(request, response, record, given_up);
  }
  // One caller at this stage and none at another was counted, for this reason and for no other, and
  // its batch was not; if there is no stage, no caller was counted, and the batch was.
  void ExpectCounted(const std::string& stage, GivenUp why) {
    const std::string page = metrics_.Page();
    for (const std::string other : {"admission", "queue", "compute", "send"}) {
      for (const auto& [family, reason] : {std::pair("expired", GivenUp::kDeadline),
                                           std::pair("cancelled", GivenUp::kCancelled)}) {
        const char* count = other == stage && reason == why ? "1\n" : "0\n";
        EXPECT_THAT(page, HasSubstr("advantaged_" + std::string(family) + "_total{stage=\"" +
                                    other + "\"} " + count));
      }
    }
    const char* responses = stage.empty() ? "2\n" : "0\n";
    EXPECT_THAT(page,
                HasSubstr("advantaged_responses_total{method=\"rloo\"} " + std::string(responses)));
  }

  Attempt attempt_ = Attempt::kFirst;
  Metrics metrics_{{}, {}};
  ComputeBackend backend_{ComputeLimits{}, metrics_};
};

class GivenUpFor : public ComputeBackendTest, public testing::WithParamInterface<GivenUp> {
 protected:
  static int Code() {
    return GetParam() == GivenUp::kDeadline ? CallStatus::kDeadlineExceeded
                                            : CallStatus::kCancelled;
  }
};

TEST_P(GivenUpFor, AtAdmission) {
  EXPECT_EQ(backend_.refusals().CheckWaiting(CallStage::kAdmission, GetParam()).code, Code());
  ExpectCounted("admission", GetParam());
}

TEST_P(GivenUpFor, WhileQueued) {
  EXPECT_EQ(Compute(At(1, GetParam())).code, Code());
  ExpectCounted("queue", GetParam());
}

TEST_P(GivenUpFor, WhileComputing) {
  EXPECT_EQ(Compute(At(2, GetParam())).code, Code());
  ExpectCounted("compute", GetParam());
}

TEST_P(GivenUpFor, BeforeADescription) {
  EXPECT_EQ(Describe(At(1, GetParam())).code, Code());
  ExpectCounted("queue", GetParam());
}

TEST_P(GivenUpFor, AfterADescription) {
  EXPECT_EQ(Describe(At(2, GetParam())).code, Code());
  ExpectCounted("compute", GetParam());
}

INSTANTIATE_TEST_SUITE_P(Either, GivenUpFor,
                         testing::Values(GivenUp::kDeadline, GivenUp::kCancelled),
                         [](const auto& parameter) {
                           return parameter.param == GivenUp::kDeadline ? "Deadline" : "Cancelled";
                         });

TEST_F(ComputeBackendTest, WhoWaitsIsAnsweredAndCounted) {
  EXPECT_EQ(backend_.refusals().CheckWaiting(CallStage::kQueue, GivenUp::kNo).code,
            CallStatus::kOk);
  EXPECT_EQ(Compute([] { return GivenUp::kNo; }).code, CallStatus::kOk);
  ExpectCounted("", GivenUp::kNo);
}

TEST_F(ComputeBackendTest, WhatIsSentAgainIsAnsweredAndNotCounted) {
  attempt_ = Attempt::kAgain;
  EXPECT_EQ(Compute([] { return GivenUp::kNo; }).code, CallStatus::kOk);
  EXPECT_THAT(metrics_.Page(), HasSubstr("advantaged_responses_total{method=\"rloo\"} 0\n"));
}

// The limit is in responses of plain batches; one that takes the slow path counts eightfold.
TEST_F(ComputeBackendTest, ABatchIsSmallByWhatItTakes) {
  using Request = v1::ComputeAdvantagesRequest;
  const std::size_t limit = ComputeLimits{}.inline_responses;
  const auto largest_small = [&](void (*change)(Request&)) {
    std::size_t largest = 0;
    for (const std::size_t responses : {limit / 8, limit / 8 + 1, limit, limit + 1}) {
      Request request;
      request.mutable_method()->mutable_grpo();
      request.mutable_rewards_float32_le()->resize(responses * sizeof(float));
      request.set_group_size(1);
      change(request);
      if (SizeOf(request, request.ByteSizeLong()).effort <= limit) largest = responses;
    }
    return largest;
  };
  EXPECT_EQ(largest_small([](Request&) {}), limit);
  EXPECT_EQ(largest_small([](Request& r) { r.set_reply_form(v1::REPLY_FORM_ADVANTAGES); }), limit);
  void (*const kSlowPaths[])(Request&) = {
      [](Request& r) { r.set_valid("x"); },
      [](Request& r) { r.set_outcomes("x"); },
      [](Request& r) { r.set_success_threshold(1); },
      [](Request& r) { r.add_lengths(1); },
      [](Request& r) { r.set_lengths_fixed32_le("xxxx"); },
      [](Request& r) { r.add_group_ids(1); },
      [](Request& r) { r.set_group_ids_fixed32_le("xxxx"); },
      [](Request& r) { r.add_trajectory_ids(1); },
      [](Request& r) { r.set_trajectory_ids_fixed32_le("xxxx"); },
      [](Request& r) { r.set_shape_rewards(true); },
      [](Request& r) { r.set_group_statistics(true); },
      [](Request& r) { r.add_stages(); },
      [](Request& r) { r.mutable_method()->mutable_max_at_k(); },
  };
  for (const auto change : kSlowPaths) EXPECT_EQ(largest_small(change), limit / 8);
  EXPECT_EQ(largest_small([](Request& r) { r.mutable_method()->mutable_surrogate(); }), 0U)
      << "evaluates a formula";
}

// Work that ends when the test says so.
class Held final : public ComputeTask {
 public:
  void Run(std::chrono::nanoseconds /*waited*/) override {
    began.count_down();
    let_go.wait();
    ended.count_down();
  }
  void Refuse(std::chrono::milliseconds /*delay*/) override { ADD_FAILURE() << "refused"; }

  std::latch began{1};
  std::latch let_go{1};
  std::latch ended{1};
};

TEST(ComputeBackend, BatchesDoNotWaitForDescriptionsAndOneOfThoseIsComputedAtATime) {
  constexpr char kNames[] = "abc";
  Metrics metrics({}, {});
  ComputeLimits limits;
  limits.pool.threads = 1;
  std::array<Held, 2> descriptions;
  Held batch;
  ComputeBackend backend(limits, metrics);
  backend.Begin(Rpc::kDescribeMethod, &kNames[0], CallSize::kLarge, descriptions[0]);
  descriptions[0].began.wait();
  backend.Begin(Rpc::kDescribeMethod, &kNames[1], CallSize::kLarge, descriptions[1]);
  backend.Begin(Rpc::kComputeAdvantages, &kNames[2], CallSize::kLarge, batch);
  batch.began.wait();
  EXPECT_FALSE(descriptions[1].began.try_wait());
  batch.let_go.count_down();
  batch.ended.wait();
  EXPECT_FALSE(descriptions[1].began.try_wait())
      << "the thread for batches is free, and not for it";
  descriptions[0].let_go.count_down();
  descriptions[1].began.wait();
  descriptions[1].let_go.count_down();
}

}  // namespace
}  // namespace advantaged
