#include "server/kernel_report.h"

#include <spdlog/spdlog.h>

#include "core/kernels/target.h"

namespace advantaged {

bool ReportKernels(const KernelTest& test, Metrics& metrics, std::string& error) {
  metrics.SetKernelFallback(test.fell_back());
  if (test.fell_back()) {
    spdlog::error("{}; all kernels run on {} instead, which passes: slower, with the right results",
                  test.faults.front(), KernelTarget());
  } else {
    for (const std::string& fault : test.faults) error += (error.empty() ? "" : "; ") + fault;
  }
  return test.passed;
}

}  // namespace advantaged
