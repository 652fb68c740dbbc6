#include "cli/bench/load.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "client/cpp/grpc_status.h"
#include "client/cpp/link.h"

namespace advantaged::cli {
namespace {

using std::chrono::milliseconds;

constexpr char kMethod[] = "/advantaged.v1.AdvantageService/ComputeAdvantages";
constexpr milliseconds kBetweenProgress{100};
constexpr std::size_t kExpectedCalls = 1U << 18;

std::unique_ptr<grpc::GenericStub> Connect(const LoadOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Otherwise all clients would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // What is measured is one attempt.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return std::make_unique<grpc::GenericStub>(
      client::Connect(options.address, options.tls, arguments));
}

}  // namespace

// Frees itself at its end.
struct Load::Call {
  std::size_t connection;
  Clock::time_point due;
  grpc::ClientContext context{};
  grpc::ByteBuffer answer{};
  grpc::Status status{};
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader{};
};

Load::Load(const LoadOptions& options, const std::string& request) : options_(options) {
  const grpc::Slice slice(request);
  request_ = grpc::ByteBuffer(&slice, 1);
  for (std::uint32_t i = 0; i < options_.clients; ++i) stubs_.push_back(Connect(options_));
}

absl::Status Load::Once(std::string& answer) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options_.timeout);
  grpc::ByteBuffer bytes;
  grpc::Status status;
  const auto call = stubs_[0]->PrepareUnaryCall(&context, kMethod, request_, &ended_);
  call->StartCall();
  call->Finish(&bytes, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ended_.Next(&tag, &ok);
  if (grpc::Slice slice; status.ok() && bytes.DumpToSingleSlice(&slice).ok()) {
    answer.assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return client::FromGrpc(status);
}

LoadResult Load::Run(const std::function<void(double)>& progress) {
  result_.nanoseconds.reserve(kExpectedCalls);
  start_ = Clock::now();
  counted_from_ = start_ + options_.warm_up;
  end_ = counted_from_ + options_.measured;
  last_ = end_;
  waiting_ = options_.rate ? 0 : stubs_.size();
  std::vector<std::thread> threads;
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < std::min(processors, stubs_.size()); ++i) {
    threads.emplace_back([this] { EndCalls(); });
  }
  if (options_.rate) {
    StartOnSchedule(progress);
  } else {
    for (std::size_t i = 0; i < stubs_.size(); ++i) Start(i, Clock::now());
  }
  std::unique_lock lock(mutex_);
  while (!idle_.wait_for(lock, kBetweenProgress, [this] { return waiting_ == 0; })) {
    lock.unlock();
    progress(Over());
    lock.lock();
  }
  lock.unlock();
  ended_.Shutdown();
  for (std::thread& thread : threads) thread.join();
  result_.seconds = std::chrono::duration<double>(last_ - counted_from_).count();
  return std::move(result_);
}

double Load::Over() const {
  const std::chrono::duration<double> all = end_ - start_;
  return std::min(1.0, std::chrono::duration<double>(Clock::now() - start_) / all);
}

void Load::StartOnSchedule(const std::function<void(double)>& progress) {
  const double interval = 1e9 / *options_.rate;
  Clock::time_point told = start_;
  for (std::uint64_t i = 0;; ++i) {
    const auto after = static_cast<std::int64_t>(static_cast<double>(i) * interval);
    const Clock::time_point due = start_ + std::chrono::nanoseconds(after);
    if (due >= end_) return;
    std::this_thread::sleep_until(due);
    if (due - told >= kBetweenProgress) {
      progress(Over());
      told = due;
    }
    {
      const std::lock_guard lock(mutex_);
      if (waiting_ >= kMostWaiting) {
        if (due >= counted_from_) ++result_.unstarted;
        continue;
      }
      ++waiting_;
    }
    Start(i % stubs_.size(), due);
  }
}

void Load::Start(std::size_t connection, Clock::time_point due) {
  auto* call = new Call{.connection = connection, .due = due};
  call->context.set_deadline(std::chrono::system_clock::now() + options_.timeout);
  call->reader = stubs_[connection]->PrepareUnaryCall(&call->context, kMethod, request_, &ended_);
  call->reader->StartCall();
  call->reader->Finish(&call->answer, &call->status, call);
}

void Load::EndCalls() {
  void* call = nullptr;
  bool ok = false;
  while (ended_.Next(&call, &ok)) End(*static_cast<Call*>(call));
}

void Load::End(Call& call) {
  const std::unique_ptr<Call> owned(&call);
  const Clock::time_point now = Clock::now();
  const bool again = !options_.rate && now < end_;
  {
    const std::lock_guard lock(mutex_);
    if (call.due >= counted_from_ && call.due < end_) {
      last_ = std::max(last_, now);
      if (call.status.ok()) {
        result_.nanoseconds.push_back(static_cast<std::uint64_t>((now - call.due).count()));
      } else {
        if (result_.errors.empty()) result_.first_error = call.status.error_message();
        ++result_.errors[call.status.error_code()];
      }
    }
    if (!again) {
      if (--waiting_ == 0) idle_.notify_one();
      return;
    }
  }
  Start(call.connection, now);
}

}  // namespace advantaged::cli
