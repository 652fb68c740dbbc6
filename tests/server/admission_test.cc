// What may be in flight at once.
#include "server/compute/admission.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <string>
#include <thread>
#include <vector>

#include "server/metrics/load_metrics.h"

namespace advantaged {
namespace {

using Refusal = Admission::Refusal;

constexpr char kNames[] = "abc";

class AdmissionTest : public testing::Test {
 protected:
  Admission::Ticket Enter(std::size_t connection, std::uint64_t bytes) {
    return admission_.Enter(&kNames[connection], bytes, refusal_);
  }
  double bytes() const { return Gauge("advantaged_in_flight_bytes"); }
  double calls() const { return Gauge("advantaged_in_flight_calls"); }
  double Gauge(const std::string& name) const {
    for (const auto& family : registry_.Collect()) {
      if (family.name == name) return family.metric.front().gauge.value;
    }
    return -1;
  }

  prometheus::Registry registry_;
  LoadMetrics metrics_{registry_};
  Admission admission_{{.calls = 4, .bytes = 1000, .connection_share = 0.5}, metrics_};
  Refusal refusal_ = Refusal::kNone;
};

TEST_F(AdmissionTest, ATicketHoldsItsPlaceAndItsBytes) {
  {
    const auto ticket = Enter(0, 400);
    EXPECT_TRUE(ticket);
    EXPECT_EQ(bytes(), 400);
    EXPECT_EQ(calls(), 1);
  }
  EXPECT_EQ(bytes(), 0);
  EXPECT_EQ(calls(), 0);
}

TEST_F(AdmissionTest, AMovedTicketIsGivenBackOnce) {
  auto ticket = Enter(0, 300);
  auto other = std::move(ticket);
  other = Enter(1, 200);
  EXPECT_EQ(bytes(), 200);
  other.Return();
  other.Return();
  EXPECT_EQ(bytes(), 0);
}

TEST_F(AdmissionTest, Bytes) {
  const auto a = Enter(0, 500);
  const auto b = Enter(1, 400);
  EXPECT_FALSE(Enter(2, 101));
  EXPECT_EQ(refusal_, Refusal::kBytes);
  EXPECT_TRUE(Enter(2, 100));
  EXPECT_EQ(bytes(), 900);
  EXPECT_FALSE(Enter(2, ~std::uint64_t{0})) << "no overflow";
  EXPECT_EQ(refusal_, Refusal::kNever);
}

TEST_F(AdmissionTest, Calls) {
  const auto a = Enter(0, 1);
  const auto b = Enter(0, 1);
  const auto c = Enter(1, 1);
  const auto d = Enter(1, 1);
  EXPECT_FALSE(Enter(2, 1));
  EXPECT_EQ(refusal_, Refusal::kCalls);
}

TEST_F(AdmissionTest, OneConnectionHasAShareOfCalls) {
  const auto a = Enter(0, 1);
  const auto b = Enter(0, 1);
  EXPECT_FALSE(Enter(0, 1));
  EXPECT_EQ(refusal_, Refusal::kConnectionShare);
  EXPECT_TRUE(Enter(1, 1)) << "the rest is for others";
}

TEST_F(AdmissionTest, OneConnectionHasAShareOfBytes) {
  const auto a = Enter(0, 300);
  EXPECT_FALSE(Enter(0, 201));
  EXPECT_EQ(refusal_, Refusal::kConnectionShare);
  EXPECT_TRUE(Enter(0, 200));
}

TEST_F(AdmissionTest, MoreThanTheShareCanNeverBeInFlight) {
  EXPECT_FALSE(Enter(0, 501));
  EXPECT_EQ(refusal_, Refusal::kNever);
  EXPECT_TRUE(Enter(0, 500));
}

TEST_F(AdmissionTest, TheSmallestLimitStillLetsOneIn) {
  admission_.SetLimits({.calls = 1, .bytes = 10, .connection_share = 0.1});
  EXPECT_TRUE(Enter(0, 1));
}

TEST_F(AdmissionTest, NewLimitsAreForCallsToCome) {
  const auto a = Enter(0, 500);
  admission_.SetLimits({.calls = 4, .bytes = 100, .connection_share = 1});
  EXPECT_FALSE(Enter(1, 1));
  EXPECT_EQ(refusal_, Refusal::kBytes);
}

TEST_F(AdmissionTest, ManyThreadsLeaveNothingBehind) {
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 10000; ++i) {
        Refusal refusal{};
        const auto ticket = admission_.Enter(&kNames[t], 100, refusal);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(bytes(), 0);
}

}  // namespace
}  // namespace advantaged
