// A CPU whose best instruction set computes wrong: what the log, the metrics and GetServerInfo say.
#include "server/kernel_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "advantaged/v1/catalog.pb.h"
#include "core/kernels/target.h"
#include "server/grpc/version.h"

namespace advantaged {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class KernelReportTest : public testing::Test {
 protected:
  KernelReportTest() {
    auto logger = std::make_shared<spdlog::logger>(
        "", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(std::move(logger));
  }
  ~KernelReportTest() override {
    UseBestKernelTarget();
    spdlog::set_default_logger(before_);
  }

  // As the daemon starts, with a self-test that fails where `wrong` is true.
  bool Start(const std::function<bool()>& wrong) {
    const KernelTest test = TestKernels([&] { return wrong() ? "self-test of rank" : ""; });
    Metrics metrics(BuildLabels(), {});
    const bool starts = ReportKernels(test, metrics, error_);
    page_ = metrics.Page();
    return starts;
  }

  const std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream log_;
  std::string error_;
  std::string page_;
};

bool Never() { return false; }
bool Always() { return true; }
bool OnVectors() { return KernelTarget() != ScalarKernelTarget(); }

std::string InstructionSet(std::string_view target) {
  return "instruction_set=\"" + std::string(target) + "\"";
}

TEST_F(KernelReportTest, SaysNothingIfAllIsWell) {
  EXPECT_TRUE(Start(Never));
  EXPECT_EQ(error_, "");
  EXPECT_EQ(log_.str(), "");
  EXPECT_THAT(page_, AllOf(HasSubstr("\nadvantaged_kernel_fallback 0\n"),
                           HasSubstr(InstructionSet(KernelTargets().front()))));
}

TEST_F(KernelReportTest, ServesOnTheScalarTargetAndSaysSo) {
  if (KernelTargets().size() == 1) GTEST_SKIP() << "this CPU has the scalar target only";
  const std::string best(KernelTargets().front());
  const std::string scalar(ScalarKernelTarget());
  EXPECT_TRUE(Start(OnVectors));
  EXPECT_EQ(error_, "");
  EXPECT_THAT(log_.str(), AllOf(StartsWith("error self-test of rank, on " + best + "; "),
                                HasSubstr("run on " + scalar)));
  EXPECT_THAT(page_, AllOf(HasSubstr("\nadvantaged_kernel_fallback 1\n"),
                           HasSubstr(InstructionSet(scalar))));
  EXPECT_EQ(ServerInfo(0).instruction_set(), scalar);
}

TEST_F(KernelReportTest, DoesNotServeIfTheScalarTargetFailsToo) {
  EXPECT_FALSE(Start(Always));
  EXPECT_THAT(error_, HasSubstr("self-test of rank, on " + std::string(ScalarKernelTarget())));
  EXPECT_THAT(page_, HasSubstr("\nadvantaged_kernel_fallback 0\n"));
}

}  // namespace
}  // namespace advantaged
