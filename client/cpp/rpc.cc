#include "client/cpp/rpc.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <string>

#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

using std::chrono::milliseconds;

// The trailer of gRPC proposal A6: when to come back; below 0: never.
std::optional<milliseconds> Pushback(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("grpc-retry-pushback-ms");
  if (found == trailers.end()) return std::nullopt;
  std::int64_t delay = 0;
  const auto& text = found->second;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), delay);
  if (error != std::errc()) return std::nullopt;
  return milliseconds(delay);
}

// Up to a fifth more, so that clients who were refused together do not come back together.
milliseconds WithJitter(milliseconds delay) {
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_real_distribution<double> more(1.0, 1.2);
  const double jittered = static_cast<double>(delay.count()) * more(random);
  return std::max(milliseconds(1), milliseconds(static_cast<std::int64_t>(jittered)));
}

// The end of "failed to connect to all addresses; last error: UNKNOWN: ipv4:…: Failed to connect to
// remote host: Connection refused"; other messages as they are.
std::string_view Cause(std::string_view message) {
  if (message.find("last error: ") == std::string_view::npos) return message;
  return message.substr(message.rfind(": ") + 2);
}

}  // namespace

void Rpc::Start(Link& link, const char* method, const grpc::ByteBuffer& request,
                Clock::time_point deadline, grpc::CompletionQueue& queue, EventHandler& handler) {
  const std::lock_guard lock(starting_);
  link_ = &link;
  connection_ = link.connection();
  method_ = method;
  request_ = request;
  deadline_ = deadline;
  queue_ = &queue;
  handler_ = &handler;
  state_ = State::kCalling;
  Send(method_, link.options.wait_for_ready, deadline_);
}

void Rpc::Send(const char* method, bool wait_for_ready, Clock::time_point deadline) {
  reader_.reset();
  context_.emplace();
  context_->set_deadline(deadline);
  context_->set_wait_for_ready(wait_for_ready);
  reply_.Clear();
  reader_ = connection_->stub.PrepareUnaryCall(&*context_, method, request_, queue_);
  reader_->StartCall();
  reader_->Finish(&reply_, &ended_, handler_);
}

bool Rpc::IsOver() {
  { const std::lock_guard started(starting_); }
  bool over = false;
  switch (state_) {
    case State::kWaiting:
      state_ = State::kCalling;
      Send(method_, link_->options.wait_for_ready, deadline_);
      break;
    case State::kCalling:
      over = HasEnded();
      break;
    case State::kProbing:
      status_ =
          NoConnection(ended_.error_code() == grpc::UNAVAILABLE ? Cause(ended_.error_message())
                                                                : "still connecting");
      over = true;
      break;
  }
  if (!over) return false;
  // Gives the bytes of the request back, and the connection.
  reader_.reset();
  context_.reset();
  connection_.reset();
  request_.Clear();
  return true;
}

bool Rpc::HasEnded() {
  pushback_ = Pushback(*context_);
  if (ended_.error_code() == grpc::RESOURCE_EXHAUSTED && Wait()) return false;
  status_ = FromGrpc(ended_);
  if (absl::IsResourceExhausted(status_)) {
    status_ = Exhausted(std::move(status_), pushback_ && pushback_->count() < 0);
  }
  if (absl::IsUnavailable(status_) &&
      ended_.error_message().find("last error: ") != std::string::npos) {
    status_ = absl::UnavailableError(
        Concat("no connection to ", link_->target, ": ", Cause(ended_.error_message())));
  }
  if (!absl::IsDeadlineExceeded(status_)) return true;
  if (LacksConnection()) {
    // gRPC kept the reason from a call that waits for a connection; it tells one that does not.
    // Health is a service that gRPC does not try again for us.
    state_ = State::kProbing;
    request_.Clear();
    const grpc::Slice nothing;
    request_ = grpc::ByteBuffer(&nothing, 1);
    Send(kCheckHealth, false, Clock::now() + milliseconds(200));
    return false;
  }
  if (ended_.error_message() == "Deadline Exceeded") {
    status_ = absl::DeadlineExceededError(
        Concat(link_->target, " did not answer within ",
               std::chrono::duration<double>(link_->options.deadline).count(), " s"));
  }
  return true;
}

bool Rpc::Wait() {
  if (!pushback_ || pushback_->count() < 0) return false;
  const Clock::time_point again = Clock::now() + WithJitter(*pushback_);
  if (again >= deadline_) return false;
  state_ = State::kWaiting;
  alarm_.emplace();
  alarm_->Set(queue_, again, handler_);
  return true;
}

bool Rpc::LacksConnection() const {
  return connection_->channel->GetState(false) != GRPC_CHANNEL_READY;
}

absl::Status Rpc::NoConnection(std::string_view reason) const {
  return absl::DeadlineExceededError(
      Concat("no connection to ", link_->target, " within ",
             std::chrono::duration<double>(link_->options.deadline).count(), " s: ", reason));
}

bool Parse(grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  if (!reader.status().ok()) return false;
  google::protobuf::io::CodedInputStream input(&reader);
  return message.MergeFromCodedStream(&input) && input.ConsumedEntireMessage();
}

absl::Status CallAndWait(Link& link, const char* method, const google::protobuf::Message& request,
                         google::protobuf::Message& response) {
  struct Waiter final : EventHandler {
    void OnEvent() override { over = rpc.IsOver(); }
    Rpc rpc;
    bool over = false;
  };
  if (!link.usable.ok()) return link.usable;
  grpc::CompletionQueue queue;
  Waiter waiter;
  const grpc::Slice bytes(request.SerializeAsString());
  waiter.rpc.Start(link, method, grpc::ByteBuffer(&bytes, 1),
                   Rpc::Clock::now() + link.options.deadline, queue, waiter);
  while (!waiter.over) HandleNext(queue);
  queue.Shutdown();
  while (HandleNext(queue)) {
  }
  if (!waiter.rpc.status().ok() || Parse(waiter.rpc.reply(), response)) return waiter.rpc.status();
  return absl::InternalError(
      Concat(link.target, " answers with something that is no ", response.GetDescriptor()->name()));
}

}  // namespace advantaged::client
