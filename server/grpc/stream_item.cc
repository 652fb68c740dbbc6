#include "server/grpc/stream_item.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <utility>

#include "server/codec/errors.h"
#include "server/compute/call_size.h"
#include "server/grpc/read_request.h"
#include "server/grpc/rpc/message_bytes.h"
#include "server/grpc/stream_call.h"

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

StreamItem::StreamItem(StreamCall& stream, MessagePool& messages)
    : stream_(stream), messages_(messages.Acquire()), record_(stream.record().OfItem()) {}

bool StreamItem::Read(grpc::ByteBuffer& message) {
  v1::StreamAdvantagesRequest& item = messages_->item();
  record_.SetRequestBytes(message.Length());
  unread_ = ReadRequest(message, item, [this] { return stream_.CheckGivenUp() != GivenUp::kNo; });
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
  record_.StartItem(id_);
  ComputeBackend& backend = stream_.backend();
  Refusals& refusals = backend.refusals();
  if (const CallStatus gone = refusals.CheckWaiting(CallStage::kAdmission, stream_.CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  if (!unread_.ok()) {
    refusals.CountUnread(Rpc::kStreamAdvantages, unread_);
    return End(unread_);
  }
  const v1::ComputeAdvantagesRequest& batch = request().batch();
  const CallSize size = SizeOf(batch, request().ByteSizeLong());
  record_.SetRequest(batch);
  record_.SetRequestBytes(static_cast<std::size_t>(batch.GetCachedSize()));  // without the envelope
  if (!wrong.empty()) {
    const CallStatus invalid = InvalidArgument(std::move(wrong));
    refusals.CountInvalid(Rpc::kStreamAdvantages, batch, invalid);
    return End(invalid);
  }
  const ConnectionId connection = stream_.Connection();
  if (const CallStatus refused = backend.Admit(Rpc::kStreamAdvantages, connection, size, ticket_);
      !refused.ok()) {
    return End(refused);
  }
  backend.Begin(Rpc::kStreamAdvantages, connection, size.effort, *this);
}

void StreamItem::Run(std::chrono::nanoseconds waited) {
  record_.AddQueued(waited);
  ComputeBackend& backend = stream_.backend();
  End(backend.refusals().Guard([&] {
    return backend.Compute(request().batch(), *messages_->reply().mutable_batch(), record_,
                           [this] { return stream_.CheckGivenUp(); });
  }));
}

void StreamItem::Refuse(std::chrono::milliseconds delay) {
  End(stream_.backend().refusals().QueueFull(delay));
}

void StreamItem::End(const CallStatus& status) {
  code_ = status.code;
  record_.Write(stream_.access_log(), code_, [this] { return stream_.Peer(); });
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
  const CallStatus status = stream_.backend().refusals().Guard([&] {
    bytes = Serialize(messages_ ? messages_->reply() : refusal_);
    return CallStatus();
  });
  if (status.ok()) return bytes;
  code_ = status.code;
  KeepRefusal(status);
  return Serialize(refusal_);
}

}  // namespace advantaged
