// Calls of one request, over and over, on connections of their own, timed. The request is
// serialized once and answers are not read, so that the load takes little of the machine from the
// server; and there is one attempt, whose time is measured. So this is gRPC itself, not
// advantaged::client, which chooses forms, tries again and reads.
#ifndef ADVANTAGED_CLI_BENCH_LOAD_H_
#define ADVANTAGED_CLI_BENCH_LOAD_H_

#include <absl/status/status.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "advantaged/client/options.h"

namespace advantaged::cli {

struct LoadOptions {
  std::string address;
  std::uint32_t clients = 1;  // connections
  // Calls a second, of all clients together: an open loop, in which calls start when it is time,
  // whether or not others have come back, and a call's time runs from when it was due. Without:
  // a closed loop, in which each client calls again once its call is back.
  std::optional<double> rate;
  std::chrono::nanoseconds warm_up{0};  // calls that start in this time are not counted
  std::chrono::nanoseconds measured{0};
  std::chrono::milliseconds timeout{60'000};  // of one call
  std::optional<client::TlsOptions> tls = {};
};

struct LoadResult {
  std::vector<std::uint64_t> nanoseconds;  // of the calls that were answered
  std::map<int, std::uint64_t> errors;     // by canonical code
  std::string first_error;
  std::uint64_t unstarted = 0;  // due in an open loop while kMostWaiting others waited
  double seconds = 0;           // from the end of the warm-up to the last answer
};

class Load {
 public:
  // An open loop that the server cannot follow has this many calls under way, then leaves some out.
  static constexpr std::size_t kMostWaiting = 1024;

  Load(const LoadOptions& options, const std::string& request);

  // One call, its answer in `answer`.
  absl::Status Once(std::string& answer);

  // `progress` is told now and then which share of the time is over. Call once.
  LoadResult Run(const std::function<void(double)>& progress);

 private:
  using Clock = std::chrono::steady_clock;
  struct Call;

  void Start(std::size_t connection, Clock::time_point due);
  // Ends calls until no more will come.
  void EndCalls();
  void End(Call& call);
  double Over() const;  // the share of the time
  void StartOnSchedule(const std::function<void(double)>& progress);

  const LoadOptions options_;
  grpc::ByteBuffer request_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;  // one connection each
  // Not gRPC's callbacks: version 1.51 frees their queue twice if the last channel of a process
  // goes while the next one comes.
  grpc::CompletionQueue ended_;
  Clock::time_point start_;
  Clock::time_point counted_from_;
  Clock::time_point end_;

  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t waiting_ = 0;
  Clock::time_point last_;
  LoadResult result_;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_BENCH_LOAD_H_
