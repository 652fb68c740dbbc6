#include "server/json/calls.h"

#include <boost/beast/core/string.hpp>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "server/compute/compute_backend.h"
#include "server/json/access.h"
#include "server/json/rpc.h"
#include "server/json/status.h"

namespace advantaged {
namespace {

using std::chrono::steady_clock;

// "application/json", with parameters or without, or nothing.
bool IsJson(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return content_type.empty() ||
         boost::beast::iequals({type.data(), type.size()}, "application/json");
}

}  // namespace

// Counted in `admitted_` as long as it lives, and logged at its end.
class JsonCalls::Admitted final : public http::RequestGuard {
 public:
  Admitted(JsonCalls& owner, Rpc rpc, const http::Head& head)
      : access(owner.access_log_, rpc, head), owner_(owner) {
    const std::lock_guard lock(owner_.mutex_);
    ++owner_.admitted_;
  }
  Admitted(const Admitted&) = delete;
  Admitted& operator=(const Admitted&) = delete;
  ~Admitted() override {
    ticket.Return();
    if (access.Lost()) {
      owner_.backend_.refusals().CheckWaiting(
          CallStage::kSend, access.late() ? GivenUp::kDeadline : GivenUp::kCancelled);
    }
    access.Write();
    const std::lock_guard lock(owner_.mutex_);
    --owner_.admitted_;
    owner_.less_.notify_all();
  }

  void OnSent() override { access.Sent(); }
  http::Response OnLate() override {
    http::Response response = ToHttpResponse(Refusals::TimedOut());
    access.Late(response);
    return response;
  }

  Admission::Ticket ticket;
  JsonAccess access;

 private:
  JsonCalls& owner_;
};

// Counted in `computing_` already. Frees itself.
class JsonCalls::Call final : public ComputeTask {
 public:
  Call(JsonCalls& owner, std::unique_ptr<JsonRpc> rpc, http::Request request, http::Reply reply)
      : owner_(owner),
        rpc_(std::move(rpc)),
        request_(std::move(request)),
        reply_(std::move(reply)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Reading the text is work for the pool even where computing would not be.
  void Start() { owner_.backend_.Begin(rpc_->rpc(), request_.connection, CallSize::kLarge, *this); }

 private:
  ~Call() = default;

  void Run(std::chrono::nanoseconds waited) override {
    admitted().access.record().AddQueued(waited);
    http::Response printed;
    CallStatus status;
    try {
      status = owner_.backend_.refusals().Guard([&] {
        CallStatus computed = Compute();
        if (computed.ok()) printed = Print();
        return computed;
      });
    } catch (const std::exception& error) {
      // What a library of JSON does not like in a text it has let in.
      status = {.code = CallStatus::kInternal, .message = error.what()};
    }
    if (!status.ok()) {
      admitted().access.record().SetResponseBytes(std::nullopt);
      return End(status);
    }
    End(status.code, std::move(printed));
  }

  void Refuse(std::chrono::milliseconds delay) override {
    End(owner_.backend_.refusals().QueueFull(delay));
  }

  CallStatus Compute() {
    ComputeBackend& backend = owner_.backend_;
    Refusals& refusals = backend.refusals();
    CallStatus status = refusals.CheckWaiting(CallStage::kQueue, CheckGivenUp());
    if (!status.ok()) return status;
    CallRecord& record = admitted().access.record();
    const auto start = steady_clock::now();
    GivenUp seen = GivenUp::kNo;
    status = Read([&] { return (seen = CheckGivenUp()) != GivenUp::kNo; });
    record.AddDecoded(steady_clock::now() - start);
    if (seen != GivenUp::kNo) return refusals.CheckWaiting(CallStage::kCompute, seen);
    if (!status.ok()) {
      refusals.CountUnread(rpc_->rpc(), status);
      return status;
    }
    status = backend.Admit(rpc_->rpc(), &owner_, {.answer_bytes = rpc_->AnswerBytes()},
                           admitted().ticket);
    if (!status.ok()) return status;
    return rpc_->Compute(
        backend, [this] { return CheckGivenUp(); }, record);
  }

  CallStatus Read(const std::function<bool()>& stop) {
    if (request_.method != http::verb::post || request_.query.empty()) {
      return rpc_->Read(request_, stop, admitted().access.record());
    }
    Violations violations;
    violations.Add("query", "a POST has its request in the body, and nothing behind \"?\"");
    return InvalidArgument(std::move(violations));
  }

  http::Response Print() {
    const auto start = steady_clock::now();
    http::Response printed{.content_type = "application/json", .body = rpc_->Print() + '\n'};
    admitted().access.record().AddEncoded(steady_clock::now() - start);
    admitted().access.record().SetResponseBytes(printed.body.size());
    return printed;
  }

  GivenUp CheckGivenUp() const {
    if (request_.deadline <= steady_clock::now()) return GivenUp::kDeadline;
    return request_.gone() || owner_.cancelled_ ? GivenUp::kCancelled : GivenUp::kNo;
  }

  Admitted& admitted() { return static_cast<Admitted&>(*request_.guard); }

  void End(const CallStatus& refusal) { End(refusal.code, ToHttpResponse(refusal)); }
  void End(int code, http::Response response) {
    JsonCalls& owner = owner_;
    admitted().access.Answer(code, response);
    reply_(std::move(response));
    delete this;
    const std::lock_guard lock(owner.mutex_);
    --owner.computing_;
    owner.less_.notify_all();
  }

  JsonCalls& owner_;
  const std::unique_ptr<JsonRpc> rpc_;
  http::Request request_;
  const http::Reply reply_;
};

std::vector<http::Route> JsonCalls::MakeRoutes() {
  using http::verb;
  return {MakeRoute("/v1/compute", verb::post, MakeJsonCompute),
          MakeRoute("/v1/describe", verb::get, MakeJsonDescribe),
          MakeRoute("/v1/describe", verb::post, MakeJsonDescribe)};
}

http::Route JsonCalls::MakeRoute(const char* path, http::verb method, MakeJsonRpc make) {
  return {
      .path = path,
      .method = method,
      .max_body_bytes = method == http::verb::post ? backend_.refusals().max_request_bytes() : 0,
      .admit = [this, rpc = make()->rpc()](
                   const http::Head& head,
                   http::Response& refusal) { return Admit(rpc, head, refusal); },
      .handle = [this, make](
                    http::Request request,
                    http::Reply reply) { Handle(make(), std::move(request), std::move(reply)); }};
}

std::shared_ptr<http::RequestGuard> JsonCalls::Admit(Rpc rpc, const http::Head& head,
                                                     http::Response& refusal) {
  auto admitted = std::make_shared<Admitted>(*this, rpc, head);
  const auto refuse = [&](int code, http::Response response) {
    refusal = std::move(response);
    admitted->access.Answer(code, refusal);
    admitted->access.Sent();
    return nullptr;
  };
  const auto refuse_with = [&](const CallStatus& status) {
    return refuse(status.code, ToHttpResponse(status));
  };
  if (disabled_) return refuse_with(Refusals::NeedsCertificate());
  if (!open_) return refuse_with(backend_.refusals().NotServing());
  if (!IsJson(head.content_type)) {
    return refuse(CallStatus::kInvalidArgument,
                  {.code = http::status::unsupported_media_type,
                   .body = "The body is JSON: send Content-Type: application/json.\n"});
  }
  // To the limits all of HTTP is one connection: clients who send their bodies slowly, on however
  // many connections, leave room for gRPC. The text is counted twice: the message it becomes is
  // about as large.
  const auto text = static_cast<std::size_t>(head.body_bytes);
  const CallStatus status =
      backend_.Admit(rpc, this, {.request_bytes = text, .answer_bytes = text}, admitted->ticket);
  if (!status.ok()) return refuse_with(status);
  return admitted;
}

void JsonCalls::Handle(std::unique_ptr<JsonRpc> rpc, http::Request request, http::Reply reply) {
  bool cancelled = false;
  {
    const std::lock_guard lock(mutex_);
    cancelled = cancelled_;
    if (!cancelled) ++computing_;
  }
  if (cancelled) {
    const CallStatus closed = backend_.refusals().NotServing();
    http::Response response = ToHttpResponse(closed);
    static_cast<Admitted&>(*request.guard).access.Answer(closed.code, response);
    return reply(std::move(response));
  }
  (new Call(*this, std::move(rpc), std::move(request), std::move(reply)))->Start();
}

void JsonCalls::Drain(steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  less_.wait_until(lock, deadline, [this] { return admitted_ == 0; });
  cancelled_ = true;
  less_.wait(lock, [this] { return computing_ == 0; });
}

}  // namespace advantaged
