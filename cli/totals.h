// The whole input in a few numbers, from the replies to its calls.
#ifndef ADVANTAGED_CLI_TOTALS_H_
#define ADVANTAGED_CLI_TOTALS_H_

#include <string>
#include <vector>

#include "advantaged/v1/compute.pb.h"

namespace advantaged::cli {

class Totals {
 public:
  void Add(const v1::ComputeAdvantagesResponse& response);

  // As one call with all groups would give it, but for the last digits of means.
  const v1::Summary& summary() const { return summary_; }
  // The method as applied, with defaults.
  const v1::MethodSpec& method() const { return method_; }
  // One text per kind of warning: the first, and in how many calls others like it came.
  std::vector<std::string> Warnings() const;

 private:
  struct Warning {
    v1::Warning first;
    std::size_t calls = 0;
  };

  void AddMagnitudes(const v1::Summary& other);
  void AddPassAtK(const v1::Summary& other);

  v1::Summary summary_;
  v1::MethodSpec method_;
  std::vector<Warning> warnings_;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_TOTALS_H_
