#include "cli/compute/group_result.h"

#include <cmath>

namespace advantaged::cli {
namespace {

std::optional<double> Applies(double value) {
  if (std::isnan(value)) return std::nullopt;
  return value;
}

bool IsConstant(const Batch& batch, const Batch::Group& group, v1::GroupOutcome outcome,
                const MethodInputs& inputs) {
  if (inputs.rewards) return batch.ConstantRewards(group, inputs.constant_tolerance);
  return outcome == v1::GROUP_OUTCOME_ALL_FAIL || outcome == v1::GROUP_OUTCOME_ALL_PASS;
}

}  // namespace

std::vector<GroupResult> GroupResults(const Batch& batch,
                                      const v1::ComputeAdvantagesResponse& response,
                                      const MethodInputs& inputs) {
  const v1::GroupStatistics& statistics = response.group_statistics();
  std::vector<GroupResult> results;
  results.reserve(batch.groups().size());
  for (const Batch::Group& group : batch.groups()) {
    const int g = static_cast<int>(results.size());
    GroupResult& result = results.emplace_back();
    result.group = &group;
    result.advantages = {response.advantages().data() + group.offset, group.size};
    result.n = statistics.n(g);
    result.rho = Applies(statistics.success_rate(g));
    if (result.rho) result.c = statistics.c(g);
    for (const v1::PassAtKColumn& column : statistics.pass_at_k()) {
      if (const auto value = Applies(column.value(g))) {
        result.pass_at_k.emplace_back(column.k(), *value);
      }
    }
    result.mean = Applies(statistics.mean(g));
    result.sd = Applies(statistics.sd(g));
    result.priority = Applies(statistics.priority(g));
    if (result.n > 0) {
      result.zero_variance = IsConstant(batch, group, statistics.outcome(g), inputs);
    }
  }
  return results;
}

}  // namespace advantaged::cli
