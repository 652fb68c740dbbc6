// Refused requests on the metrics page: the field they are counted under, and what is not finite.
#include "server/metrics/refusal_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "advantaged/v1/compute.pb.h"

namespace advantaged {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class Refusals {
 public:
  void Count(const v1::ComputeAdvantagesRequest& request, const std::string& field) {
    Violations violations;
    violations.Add(field, "is bad");
    violations.Add("valid", "is worse, and not the first");
    metrics_.Count(request, violations);
  }
  // The counters of a family by field; "" where there is no such label.
  std::map<std::string, double> Values(const std::string& name) const {
    std::map<std::string, double> result;
    for (const auto& family : registry_.Collect()) {
      if (family.name != name) continue;
      for (const auto& metric : family.metric) {
        result[metric.label.empty() ? "" : metric.label.front().value] = metric.counter.value;
      }
    }
    return result;
  }
  std::map<std::string, double> Fields() const {
    auto values = Values("advantaged_invalid_requests_total");
    std::erase_if(values, [](const auto& entry) { return entry.second == 0; });
    return values;
  }
  double NonFinite() const { return Values("advantaged_nonfinite_inputs_total").at(""); }

 private:
  prometheus::Registry registry_;
  RefusalMetrics metrics_{registry_};
};

TEST(RefusalMetrics, EveryFieldOfTheRequestAndNoSibling) {
  const auto values = Refusals().Values("advantaged_invalid_requests_total");
  for (const char* field : {"method", "rewards", "group_sizes", "expected_group_size", "run"}) {
    EXPECT_TRUE(values.contains(field)) << field;
  }
  for (const auto& [field, value] : values) {
    EXPECT_FALSE(field.ends_with("_le")) << field;
    EXPECT_EQ(value, 0) << field;
  }
}

TEST(RefusalMetrics, TheFieldIsThatOfTheFirstViolation) {
  Refusals refusals;
  for (const char* path : {"method.rloo_k.k", "method", "rewards[3]", "rewards_float32_le[0]",
                           "group_sizes_fixed32_le", "no_such_field", ""}) {
    refusals.Count({}, path);
  }
  EXPECT_THAT(refusals.Fields(), ElementsAre(Pair("group_sizes", 1), Pair("method", 2),
                                             Pair("other", 2), Pair("rewards", 2)));
  EXPECT_EQ(refusals.NonFinite(), 0);
}

TEST(RefusalMetrics, NonFiniteRewardsInBothForms) {
  const std::vector<float> rewards = {1, kNan, -kInfinity, 0, kNan, 1, 1, 1, kInfinity};
  v1::ComputeAdvantagesRequest packed;
  packed.mutable_rewards()->Add(rewards.begin(), rewards.end());
  v1::ComputeAdvantagesRequest bytes;
  bytes.mutable_rewards_float32_le()->resize(rewards.size() * sizeof(float));
  std::memcpy(bytes.mutable_rewards_float32_le()->data(), rewards.data(),
              rewards.size() * sizeof(float));
  for (auto* request : {&packed, &bytes}) {
    Refusals refusals;
    refusals.Count(*request, "rewards[1]");
    EXPECT_EQ(refusals.NonFinite(), 4);
    request->set_valid("\xFD\x01");  // masks out response 1
    refusals.Count(*request, "rewards[2]");
    EXPECT_EQ(refusals.NonFinite(), 4 + 3);
    request->set_valid("\xED");  // too short, and masks out response 4 too
    refusals.Count(*request, "valid");
    EXPECT_EQ(refusals.NonFinite(), 4 + 3 + 2);
  }
}

}  // namespace
}  // namespace advantaged
