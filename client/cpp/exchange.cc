#include "client/cpp/exchange.h"

#include <algorithm>
#include <utility>

#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

// Every server takes a request of so many bytes, unless its operator said otherwise; it is then
// refused, and cut.
constexpr std::size_t kAskFrom = std::size_t{4} << 20;
// Of every server.
constexpr std::size_t kMaxRows = 16'777'216;

}  // namespace

Exchange::~Exchange() {
  if (!own_queue_) return;
  own_queue_->Shutdown();
  while (HandleNext(*own_queue_)) {
  }
}

absl::Status Exchange::Run(Link& link, const Batch& batch, const Settings& settings, Reply& reply) {
  if (!own_queue_) own_queue_.emplace();
  std::optional<absl::Status> result;
  Begin(link, batch, settings, reply, *own_queue_,
        [&](absl::Status status) { result = std::move(status); });
  while (!result) HandleNext(*own_queue_);
  return *std::move(result);
}

void Exchange::Begin(Link& link, const Batch& batch, const Settings& settings, Reply& reply,
                     grpc::CompletionQueue& queue, Done done) {
  link_ = &link;
  queue_ = &queue;
  done_ = std::move(done);
  deadline_ = Rpc::Clock::now() + link.options.deadline;
  asks_for_limits_ = false;
  too_large_.reset();
  if (!link.usable.ok()) return Finish(link.usable);
  if (absl::Status wrong = computation_.Begin(batch, settings, reply); !wrong.ok()) {
    return Finish(std::move(wrong));
  }
  Next();
}

void Exchange::Next() {
  if (computation_.done()) return Finish({});
  const std::size_t known_bytes = link_->max_request_bytes;
  const std::size_t known_rows = link_->max_rows;
  const bool is_large =
      computation_.request_bytes() > kAskFrom || computation_.request_rows() > kMaxRows;
  if (is_large && known_bytes == 0) return AskForLimits();
  const CallLimits limits{known_bytes == 0 ? kAskFrom : known_bytes,
                          known_rows == 0 ? kMaxRows : known_rows};
  if (known_bytes != 0 &&
      (computation_.request_bytes() > limits.bytes || computation_.request_rows() > limits.rows)) {
    if (absl::Status wrong = computation_.CutTo(limits); !wrong.ok()) {
      return Finish(std::move(wrong));
    }
  }
  computation_.Write(bytes_);
  rpc_.Start(*link_, kCompute, bytes_.Lend(), deadline_, *queue_, *this);
}

void Exchange::AskForLimits() {
  asks_for_limits_ = true;
  const grpc::Slice nothing;
  rpc_.Start(*link_, kGetServerInfo, grpc::ByteBuffer(&nothing, 1), deadline_, *queue_, *this);
}

void Exchange::OnEvent() {
  if (!rpc_.IsOver()) return;
  if (std::exchange(asks_for_limits_, false)) return TakeLimits();
  // Again and again, as long as requests become smaller.
  if (rpc_.too_large() && (!too_large_ || computation_.request_bytes() < refused_bytes_)) {
    too_large_ = rpc_.status();
    refused_bytes_ = computation_.request_bytes();
    return AskForLimits();
  }
  if (!rpc_.status().ok()) return Finish(computation_.Explain(rpc_.status()));
  too_large_.reset();
  TakeAnswer();
}

void Exchange::TakeLimits() {
  if (!rpc_.status().ok()) return Finish(rpc_.status());
  v1::GetServerInfoResponse info;
  if (!Parse(rpc_.reply(), info) || info.max_request_bytes() == 0) {
    return Finish(absl::InternalError(Concat(link_->target, " does not say what it accepts")));
  }
  std::size_t bytes = info.max_request_bytes();
  if (too_large_ && computation_.request_bytes() <= bytes) {
    // It is not the limit of the server that was asked. If it is gRPC's, or that of another
    // replica, half of the request may pass.
    const std::string message = Message(*too_large_);
    if (message.find("larger than max") == std::string::npos &&
        message.find("--max-request-bytes") == std::string::npos) {
      return Finish(*too_large_);
    }
    bytes = computation_.request_bytes() / 2;
  }
  link_->max_request_bytes = bytes;
  link_->max_rows = std::max<std::size_t>(1, info.max_responses());
  Next();
}

void Exchange::TakeAnswer() {
  if (!Parse(rpc_.reply(), computation_.MakeRoom())) {
    return Finish(absl::InternalError(
        Concat(link_->target, " answers with something that is no ComputeAdvantagesResponse")));
  }
  rpc_.reply().Clear();
  if (absl::Status wrong = computation_.Take(); !wrong.ok()) return Finish(std::move(wrong));
  Next();
}

void Exchange::Finish(absl::Status status) {
  // Nothing may follow: `done` may begin anew.
  const Done done = std::exchange(done_, nullptr);
  done(std::move(status));
}

}  // namespace advantaged::client
