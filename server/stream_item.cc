#include "server/stream_item.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <utility>

#include "server/compute_call.h"
#include "server/errors.h"
#include "server/read_request.h"
#include "server/rpc/message_bytes.h"
#include "server/stream_call.h"

namespace advantaged {
namespace {

// What an item says besides its batch, of a message whose form is good.
void ReadEnvelope(grpc::ByteBuffer& message, v1::StreamAdvantagesRequest& item) {
  using google::protobuf::internal::WireFormatLite;
  using Item = v1::StreamAdvantagesRequest;
  {
    grpc::ProtoBufferReader reader(&message);
    google::protobuf::io::CodedInputStream input(&reader);
    while (const std::uint32_t tag = input.ReadTag()) {
      std::uint64_t flag = 0;
      if (tag == WireFormatLite::MakeTag(Item::kIdFieldNumber,
                                         WireFormatLite::WIRETYPE_LENGTH_DELIMITED)) {
        WireFormatLite::ReadString(&input, item.mutable_id());
      } else if (tag == WireFormatLite::MakeTag(Item::kUnorderedFieldNumber,
                                                WireFormatLite::WIRETYPE_VARINT)) {
        input.ReadVarint64(&flag);
        item.set_unordered(flag != 0);
      } else if (!WireFormatLite::SkipField(&input, tag)) {
        break;  // behind a field with too many entries nobody has looked
      }
    }
  }
  message.Clear();
}

}  // namespace

bool StreamItem::Read(grpc::ByteBuffer& message) {
  v1::StreamAdvantagesRequest& item = messages_->item();
  unread_ = stream_.backend().CheckRequestBytes(Rpc::kStreamAdvantages, message.Length());
  if (unread_.ok()) {
    unread_ = ReadRequest(message, item, [this] { return stream_.CheckGivenUp() != GivenUp::kNo; });
  }
  if (unread_.ok()) return true;
  if (unread_.code == CallStatus::kInvalidArgument && unread_.violations.empty()) return false;
  ReadEnvelope(message, item);
  return true;
}

bool StreamItem::TakeId() {
  const std::string& id = request().id();
  const bool good = !id.empty() && id.size() <= kMaxIdBytes;
  if (good) id_ = id;
  return good;
}

void StreamItem::Start(Violations wrong) {
  start_ = std::chrono::steady_clock::now();
  ComputeBackend& backend = stream_.backend();
  if (const CallStatus gone = backend.CheckWaiting(CallStage::kAdmission, stream_.CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  if (!unread_.ok()) {
    backend.CountUnread(Rpc::kStreamAdvantages, unread_);
    return End(unread_);
  }
  if (!wrong.empty()) return End(backend.RefusedAsInvalid(request().batch(), std::move(wrong)));
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
