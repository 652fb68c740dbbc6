#include "server/log/grpc_log.h"

#include <grpc/support/log.h>
#include <spdlog/spdlog.h>

namespace advantaged {
namespace {

spdlog::level::level_enum ToSpdlog(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return spdlog::level::debug;
    case GPR_LOG_SEVERITY_INFO:
      return spdlog::level::info;
    case GPR_LOG_SEVERITY_ERROR:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

void ForwardGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args* args) {
    spdlog::log(ToSpdlog(args->severity), "grpc: {}", args->message);
  });
}

void SilenceGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace advantaged
