#include "advantaged/client/client.h"

#include <google/protobuf/unknown_field_set.h>

#include <utility>

#include "client/cpp/events.h"
#include "client/cpp/exchange.h"
#include "client/cpp/link.h"
#include "client/cpp/rpc.h"

namespace advantaged::client {
namespace {

template <typename Response, typename Request>
absl::StatusOr<Response> CallFor(Link& link, const char* method, const Request& request) {
  Response response;
  if (absl::Status status = CallAndWait(link, method, request, response); !status.ok()) {
    return status;
  }
  return response;
}

}  // namespace

Call::Call() : exchange_(std::make_unique<Exchange>()), reply_(std::make_unique<Reply>()) {}
Call::~Call() = default;
Call::Call(Call&&) noexcept = default;
Call& Call::operator=(Call&&) noexcept = default;

Client::Client(std::string target, ClientOptions options)
    : link_(std::make_unique<Link>(std::move(target), std::move(options))),
      loop_(std::make_unique<EventLoop>()) {}

Client::~Client() = default;

const std::string& Client::target() const { return link_->target; }

absl::StatusOr<Reply> Client::Compute(const Batch& batch, const Settings& settings) {
  Call call;
  if (absl::Status status = Compute(batch, settings, call); !status.ok()) return status;
  return std::move(*call.reply_);
}

absl::Status Client::Compute(const Batch& batch, const Settings& settings, Call& call) {
  return call.exchange_->Run(*link_, batch, settings, *call.reply_);
}

void Client::ComputeAsync(const Batch& batch, const Settings& settings, Call& call,
                          std::function<void(absl::Status)> done) {
  loop_->Began();
  call.exchange_->Begin(*link_, batch, settings, *call.reply_, loop_->queue(),
                        [loop = loop_.get(), done = std::move(done)](absl::Status status) {
                          done(std::move(status));
                          loop->Ended();
                        });
}

absl::StatusOr<v1::DescribeMethodResponse> Client::Describe(
    const v1::DescribeMethodRequest& request) {
  return CallFor<v1::DescribeMethodResponse>(*link_, kDescribe, request);
}

absl::StatusOr<v1::ListMethodsResponse> Client::ListMethods() {
  return CallFor<v1::ListMethodsResponse>(*link_, kListMethods, v1::ListMethodsRequest());
}

absl::StatusOr<v1::GetServerInfoResponse> Client::GetServerInfo() {
  return CallFor<v1::GetServerInfoResponse>(*link_, kGetServerInfo, v1::GetServerInfoRequest());
}

absl::StatusOr<bool> Client::IsServing() {
  // grpc.health.v1: the request of all services is empty, the reply has its status in field 1. Its
  // own code would be a second definition of it in programs that have one.
  constexpr int kStatusField = 1;
  constexpr std::uint64_t kServing = 1;
  v1::ListMethodsRequest reply;
  if (absl::Status status = CallAndWait(*link_, kCheckHealth, v1::ListMethodsRequest(), reply);
      !status.ok()) {
    return status;
  }
  const auto& fields = reply.GetReflection()->GetUnknownFields(reply);
  for (int i = 0; i < fields.field_count(); ++i) {
    if (fields.field(i).number() == kStatusField) return fields.field(i).varint() == kServing;
  }
  return false;
}

}  // namespace advantaged::client
