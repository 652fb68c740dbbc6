#include "client/cpp/exchange.h"

#include <utility>

#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "client/cpp/field_paths.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {

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
  asks_for_limit_ = false;
  if (!link.usable.ok()) return Finish(link.usable);
  if (absl::Status wrong = computation_.Begin(batch, settings, reply, bytes_); !wrong.ok()) {
    return Finish(std::move(wrong));
  }
  if (bytes_.size() > link.max_request_bytes) return AskForLimit();
  Send();
}

void Exchange::Send() { rpc_.Start(*link_, kCompute, bytes_.Lend(), deadline_, *queue_, *this); }

void Exchange::AskForLimit() {
  asks_for_limit_ = true;
  const grpc::Slice nothing;
  rpc_.Start(*link_, kGetServerInfo, grpc::ByteBuffer(&nothing, 1), deadline_, *queue_, *this);
}

void Exchange::OnEvent() {
  if (!rpc_.IsOver()) return;
  if (std::exchange(asks_for_limit_, false)) return TakeLimit();
  Finish(rpc_.status().ok() ? TakeAnswer() : InWordsOfBatch(rpc_.status()));
}

void Exchange::TakeLimit() {
  if (!rpc_.status().ok()) return Finish(rpc_.status());
  v1::GetServerInfoResponse info;
  if (!Parse(rpc_.reply(), info)) {
    return Finish(absl::InternalError(
        Concat(link_->target, " answers with something that is no GetServerInfoResponse")));
  }
  link_->max_request_bytes = info.max_request_bytes();
  if (bytes_.size() > info.max_request_bytes()) {
    return Finish(TooLarge(Concat("the request has ", bytes_.size(), " bytes; this server accepts ",
                                  info.max_request_bytes(),
                                  " (--max-request-bytes): raise it, or cut the batch between "
                                  "groups")));
  }
  Send();
}

absl::Status Exchange::TakeAnswer() {
  const bool parsed = Parse(rpc_.reply(), computation_.MakeRoom());
  rpc_.reply().Clear();
  if (parsed) return computation_.Take();
  return absl::InternalError(
      Concat(link_->target, " answers with something that is no ComputeAdvantagesResponse"));
}

void Exchange::Finish(absl::Status status) {
  // Nothing may follow: `done` may begin anew.
  const Done done = std::exchange(done_, nullptr);
  done(std::move(status));
}

}  // namespace advantaged::client
