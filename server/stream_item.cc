#include "server/stream_item.h"

#include <utility>

#include "server/compute_call.h"
#include "server/errors.h"
#include "server/rpc/message_bytes.h"
#include "server/stream_call.h"
#include "server/unknown_fields.h"

namespace advantaged {

bool StreamItem::Read(grpc::ByteBuffer& message) {
  const bool parsed = Parse(message, messages_->item());
  unknown_ = TakeUnknownFields(messages_->item());
  return parsed;
}

bool StreamItem::TakeId() {
  const std::string& id = request().id();
  const bool good = !id.empty() && id.size() <= kMaxIdBytes;
  if (good) id_ = id;
  return good;
}

void StreamItem::Start(Violations wrong) {
  start_ = std::chrono::steady_clock::now();
  if (!unknown_.ok()) return End(unknown_);
  ComputeBackend& backend = stream_.backend();
  if (!wrong.empty()) return End(backend.RefusedAsInvalid(request().batch(), std::move(wrong)));
  if (const CallStatus gone = backend.CheckWaiting(CallStage::kAdmission, stream_.CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  const CallSize size = backend.Measure(request().batch(), request().ByteSizeLong());
  if (const CallStatus refused =
          backend.Begin(Rpc::kStreamAdvantages, stream_.Connection(), size, ticket_, *this);
      !refused.ok()) {
    End(refused);
  }
}

void StreamItem::Run(std::chrono::nanoseconds waited) {
  waited_ = waited;
  ComputeBackend& backend = stream_.backend();
  End(backend.Guard([&] {
    return backend.Compute(request().batch(), *messages_->reply().mutable_batch(),
                           stream_.ThisAttempt(), waited,
                           [this] { return stream_.CheckGivenUp(); });
  }));
}

void StreamItem::Refuse(std::chrono::milliseconds delay) {
  End(stream_.backend().RefusedByQueue(delay));
}

void StreamItem::End(const CallStatus& status) {
  code_ = status.code;
  Log();
  if (status.ok()) {
    messages_->reply().set_id(id_);
  } else {
    KeepRefusal(status);
  }
  stream_.Complete(*this);
}

void StreamItem::KeepRefusal(const CallStatus& status) {
  refusal_.set_id(id_);
  *refusal_.mutable_status() = ToRpcStatus(status, kMaxErrorBytes);
  messages_.reset();
}

grpc::ByteBuffer StreamItem::Reply() {
  grpc::ByteBuffer bytes;
  const CallStatus status = stream_.backend().Guard([&] {
    bytes = Serialize(messages_ ? messages_->reply() : refusal_);
    return CallStatus();
  });
  if (status.ok()) return bytes;
  code_ = status.code;
  KeepRefusal(status);
  return Serialize(refusal_);
}

void StreamItem::Log() {
  stream_.access_log().Write(code_, [this](AccessRecord& record) {
    stream_.Introduce(record);
    record.item = id_;
    const v1::ComputeAdvantagesResponse& answer = messages_->reply().batch();
    DescribeBatch(request().batch(), answer, record);
    record.stages = StagesOf(answer, waited_);
    record.total_us =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start_)
            .count();
  });
}

}  // namespace advantaged
