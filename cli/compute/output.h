// Where the results of `advctl compute` go.
#ifndef ADVANTAGED_CLI_COMPUTE_OUTPUT_H_
#define ADVANTAGED_CLI_COMPUTE_OUTPUT_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/compute/group_result.h"

namespace advantaged::cli {

class Output {
 public:
  virtual ~Output() = default;
  // Takes the groups of the input and what the service says of all of them.
  virtual void Write(std::span<const GroupResult> groups,
                     const v1::ComputeAdvantagesResponse& reply) = 0;
};

// One line of JSON per group, in the order of the input:
//
//   {"group":"p7","advantages":[1.5,-0.5],"n":2,"c":1,"rho":0.5,"pass_at_k":{"1":0.5},
//    "mean":0.5,"sd":0.5,"zero_variance":false,"priority":0.5}
//
// (on one line). A key without a value is left out. Every number is the shortest text that reads
// back as the same bits: of float32 for advantages, of double for the others. Where groups came
// as rows: the rows as they came, in their order, each with its "advantage".
std::unique_ptr<Output> MakeJsonlOutput();

// For people: the first groups in columns, with Pass@K for each of `pass_at`, then the summary.
std::unique_ptr<Output> MakeTableOutput(std::vector<std::uint32_t> pass_at);

// One group as above, with its newline.
std::string JsonLine(const GroupResult& group);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_OUTPUT_H_
