// What operators see of the self-test of kernels: the log and advantaged_kernel_fallback.
#ifndef ADVANTAGED_SERVER_KERNEL_REPORT_H_
#define ADVANTAGED_SERVER_KERNEL_REPORT_H_

#include <string>

#include "core/kernels/self_test.h"
#include "server/metrics/metrics.h"

namespace advantaged {

// False, with the reason, if the kernels pass on no target: then nothing may serve.
bool ReportKernels(const KernelTest& test, Metrics& metrics, std::string& error);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_KERNEL_REPORT_H_
