#include "cli/bench/load.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace advantaged::cli {
namespace {

using std::chrono::milliseconds;

constexpr char kMethod[] = "/advantaged.v1.AdvantageService/ComputeAdvantages";
constexpr milliseconds kBetweenProgress{100};
constexpr std::size_t kExpectedCalls = 1U << 18;

std::unique_ptr<grpc::GenericStub> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Otherwise all clients would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // What is measured is one attempt.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return std::make_unique<grpc::GenericStub>(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace

// Frees itself at its end.
struct Load::Call {
  std::size_t connection;
  Clock::time_point due;
  grpc::ClientContext context{};
  grpc::ByteBuffer answer{};
};

Load::Load(const LoadOptions& options, const std::string& request) : options_(options) {
  const grpc::Slice slice(request);
  request_ = grpc::ByteBuffer(&slice, 1);
  for (std::uint32_t i = 0; i < options_.clients; ++i) stubs_.push_back(Connect(options_.address));
}

client::Status Load::Once(std::string& answer) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options_.timeout);
  grpc::ByteBuffer bytes;
  std::mutex mutex;
  std::condition_variable done;
  std::optional<grpc::Status> ended;
  stubs_[0]->UnaryCall(&context, kMethod, {}, &request_, &bytes, [&](const grpc::Status& status) {
    const std::lock_guard lock(mutex);
    ended = status;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return ended.has_value(); });
  if (grpc::Slice slice; ended->ok() && bytes.DumpToSingleSlice(&slice).ok()) {
    answer.assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return client::Status::FromGrpc(*ended);
}

LoadResult Load::Run(const std::function<void(double)>& progress) {
  result_.nanoseconds.reserve(kExpectedCalls);
  start_ = Clock::now();
  counted_from_ = start_ + options_.warm_up;
  end_ = counted_from_ + options_.measured;
  last_ = end_;
  if (options_.rate) {
    StartOnSchedule(progress);
  } else {
    waiting_ = stubs_.size();
    for (std::size_t i = 0; i < stubs_.size(); ++i) Start(i, Clock::now());
  }
  std::unique_lock lock(mutex_);
  while (!idle_.wait_for(lock, kBetweenProgress, [this] { return waiting_ == 0; })) {
    lock.unlock();
    progress(Over());
    lock.lock();
  }
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
  stubs_[connection]->UnaryCall(&call->context, kMethod, {}, &request_, &call->answer,
                                [this, call](const grpc::Status& status) { End(*call, status); });
}

void Load::End(Call& call, const grpc::Status& status) {
  const std::unique_ptr<Call> owned(&call);
  const Clock::time_point now = Clock::now();
  const bool again = !options_.rate && now < end_;
  {
    const std::lock_guard lock(mutex_);
    if (call.due >= counted_from_ && call.due < end_) {
      last_ = std::max(last_, now);
      if (status.ok()) {
        result_.nanoseconds.push_back(static_cast<std::uint64_t>((now - call.due).count()));
      } else {
        if (result_.errors.empty()) result_.first_error = status.error_message();
        ++result_.errors[status.error_code()];
      }
    }
    if (!again) {
      // Under the lock: whoever waits may be gone with the next instruction.
      if (--waiting_ == 0) idle_.notify_one();
      return;
    }
  }
  Start(call.connection, now);
}

}  // namespace advantaged::cli
