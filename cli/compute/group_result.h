// What is known about one group after a call, whatever the output.
#ifndef ADVANTAGED_CLI_COMPUTE_GROUP_RESULT_H_
#define ADVANTAGED_CLI_COMPUTE_GROUP_RESULT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "cli/compute/batch.h"

namespace advantaged::cli {

// A field that does not apply has no value: c, rho and Pass@K where outcomes are unknown, Pass@K
// for K > n, moments where every response is masked.
struct GroupResult {
  const Batch::Group* group = nullptr;
  std::span<const float> advantages;  // one per response, in the order of the line
  std::uint32_t n = 0;                // valid responses
  std::optional<std::uint32_t> c;     // correct ones
  std::optional<double> rho;
  std::vector<std::pair<std::uint32_t, double>> pass_at_k;  // (K, value)
  std::optional<double> mean;                               // of the rewards
  std::optional<double> sd;                                 // of the rewards, ddof 0
  std::optional<bool> zero_variance;  // what the method works on is constant in this group
  std::optional<double> priority;     // 1 - rho
};

// What a method works on, and so what "constant" means.
struct MethodInputs {
  bool rewards = true;  // real rewards; otherwise outcomes
  double constant_tolerance = 0;
};

// The groups of `batch`, in order. Points into both arguments.
std::vector<GroupResult> GroupResults(const Batch& batch,
                                      const v1::ComputeAdvantagesResponse& response,
                                      const MethodInputs& inputs);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_GROUP_RESULT_H_
