// Sends one request over and over and says, as one line of JSON, what came back and when.
//
//   load_generator --target 127.0.0.1:50051 --request FILE --calls 4               closed loop
//   load_generator --target 127.0.0.1:50051 --request FILE --rate 600 --deadline 2   open loop
//
// A closed loop keeps so many calls under way: it measures capacity, because it slows down with the
// server. An open loop begins calls at random times (Poisson) whatever becomes of those before: it
// offers more than the server can do. Latency there counts from the time at which the call was due,
// so a generator that falls behind cannot make the server look good.
#include <google/protobuf/util/time_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "advantaged/rpc/status.pb.h"

namespace advantaged {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;

struct Options {
  std::string target;
  std::string request;   // file with the serialized request
  double seconds = 2;    // for which calls begin
  double deadline = 10;  // of a call, in seconds
  unsigned connections = 1;
  unsigned calls = 0;  // under way at any time, over all connections; 0: open loop
  double rate = 0;     // calls a second, over all connections
};

// True if a refusal says twice, and alike, when to come back.
bool SaysWhen(const grpc::Status& status, const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  rpc::Status details;
  rpc::RetryInfo info;
  if (pushback == trailers.end() || !details.ParseFromString(status.error_details())) return false;
  for (const auto& detail : details.details()) {
    if (detail.type_url() != "type.googleapis.com/google.rpc.RetryInfo") continue;
    if (!info.ParseFromString(detail.value())) return false;
    const std::string text(pushback->second.data(), pushback->second.size());
    using google::protobuf::util::TimeUtil;
    return std::to_string(TimeUtil::DurationToMilliseconds(info.retry_delay())) == text;
  }
  return false;
}

double Quantile(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

class LoadGenerator {
 public:
  explicit LoadGenerator(const Options& options);
  Json Run();

 private:
  struct Call {
    Clock::time_point due;
    grpc::GenericStub* stub;
    grpc::ClientContext context;
    grpc::ByteBuffer response;
  };

  void Begin(grpc::GenericStub& stub, Clock::time_point due);
  void End(const Call& call, const grpc::Status& status);
  void RunClosedLoop();
  void RunOpenLoop();
  Json Report();

  const Options options_;
  grpc::ByteBuffer request_;
  std::vector<grpc::GenericStub> stubs_;
  Clock::time_point begin_;
  Clock::time_point end_;

  std::mutex mutex_;  // for all below
  std::condition_variable idle_;
  std::size_t under_way_ = 0;
  std::size_t ok_in_time_ = 0;  // answered before end_
  std::size_t refused_without_time_ = 0;
  double latest_start_ = 0;                               // after it was due, in seconds
  std::map<grpc::StatusCode, std::vector<double>> took_;  // in milliseconds
};

LoadGenerator::LoadGenerator(const Options& options) : options_(options) {
  std::ifstream file(options.request, std::ios::binary);
  const grpc::Slice slice(std::string(std::istreambuf_iterator<char>(file), {}));
  request_ = grpc::ByteBuffer(&slice, 1);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection for each channel
  for (unsigned i = 0; i < options.connections; ++i) {
    const auto channel =
        grpc::CreateCustomChannel(options.target, grpc::InsecureChannelCredentials(), arguments);
    channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::minutes(1));
    stubs_.emplace_back(channel);
  }
}

void LoadGenerator::Begin(grpc::GenericStub& stub, Clock::time_point due) {
  const Clock::time_point now = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    ++under_way_;
    latest_start_ = std::max(latest_start_, Seconds(now - due).count());
  }
  const auto call = std::make_shared<Call>();
  call->due = due;
  call->stub = &stub;
  call->context.set_deadline(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::milliseconds>(Seconds(options_.deadline)));
  stub.UnaryCall(&call->context, "/advantaged.v1.AdvantageService/ComputeAdvantages", {}, &request_,
                 &call->response, [this, call](const grpc::Status& status) { End(*call, status); });
}

void LoadGenerator::End(const Call& call, const grpc::Status& status) {
  const Clock::time_point now = Clock::now();
  const bool refused = status.error_code() == grpc::RESOURCE_EXHAUSTED;
  const bool silent = refused && !SaysWhen(status, call.context);
  // Before this call ends, so that there is no moment without one.
  if (options_.calls > 0 && now < end_) Begin(*call.stub, now);
  const std::lock_guard lock(mutex_);
  took_[status.error_code()].push_back(1e3 * Seconds(now - call.due).count());
  if (status.ok() && now < end_) ++ok_in_time_;
  if (silent) ++refused_without_time_;
  if (--under_way_ == 0) idle_.notify_one();
}

void LoadGenerator::RunClosedLoop() {
  for (unsigned i = 0; i < options_.calls; ++i) Begin(stubs_[i % stubs_.size()], Clock::now());
  std::this_thread::sleep_until(end_);
}

void LoadGenerator::RunOpenLoop() {
  std::mt19937 generator(1);
  std::exponential_distribution<double> gap(options_.rate);
  Clock::time_point due = begin_;
  for (std::size_t i = 0; due < end_; ++i) {
    std::this_thread::sleep_until(due);
    Begin(stubs_[i % stubs_.size()], due);
    due += std::chrono::duration_cast<Clock::duration>(Seconds(gap(generator)));
  }
}

Json LoadGenerator::Run() {
  begin_ = Clock::now();
  end_ = begin_ + std::chrono::duration_cast<Clock::duration>(Seconds(options_.seconds));
  options_.calls > 0 ? RunClosedLoop() : RunOpenLoop();
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return under_way_ == 0; });
  Json report = Report();
  report["last_answer_ms"] = 1e3 * Seconds(Clock::now() - end_).count();  // after the end
  return report;
}

Json LoadGenerator::Report() {
  Json report;
  std::size_t calls = 0;
  report["ok_per_second"] = static_cast<double>(ok_in_time_) / options_.seconds;
  report["refused_without_time"] = refused_without_time_;
  report["latest_start_ms"] = 1e3 * latest_start_;
  report["codes"] = Json::object();
  for (auto& [code, took] : took_) {
    std::sort(took.begin(), took.end());
    report["codes"][std::to_string(code)] = {{"calls", took.size()},
                                             {"p50_ms", Quantile(took, 0.5)},
                                             {"p99_ms", Quantile(took, 0.99)},
                                             {"max_ms", took.back()}};
    calls += took.size();
  }
  report["calls"] = calls;
  report["per_second"] = static_cast<double>(calls) / options_.seconds;
  return report;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Sends one request over and over and says what came back");
  app.add_option("--target", options.target)->required();
  app.add_option("--request", options.request)->required()->check(CLI::ExistingFile);
  app.add_option("--seconds", options.seconds);
  app.add_option("--deadline", options.deadline);
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  CLI::App* loop = app.add_option_group("loop")->require_option(1);
  loop->add_option("--calls", options.calls)->check(CLI::PositiveNumber);
  loop->add_option("--rate", options.rate)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  std::cout << LoadGenerator(options).Run() << '\n';
  return 0;
}

}  // namespace
}  // namespace advantaged

int main(int argc, char** argv) { return advantaged::Main(argc, argv); }
