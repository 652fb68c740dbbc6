// One item of a stream, from its message until its reply has left.
#ifndef ADVANTAGED_SERVER_GRPC_STREAM_ITEM_H_
#define ADVANTAGED_SERVER_GRPC_STREAM_ITEM_H_

#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <memory>
#include <string>

#include "advantaged/v1/stream.pb.h"
#include "server/compute/call_record.h"
#include "server/compute/compute_backend.h"
#include "server/compute/message_pool.h"

namespace advantaged {

class StreamCall;

class StreamItem final : private ComputeTask {
 public:
  static constexpr std::size_t kMaxIdBytes = 64;

  // The stream must outlive the item.
  StreamItem(StreamCall& stream, MessagePool& messages);

  // Takes the message, or of one that is refused its envelope; false if it is none. Once, before
  // everything else.
  bool Read(grpc::ByteBuffer& message);
  const v1::StreamAdvantagesRequest& request() const { return messages_->item(); }
  // Takes the id from the message that was read. False if it is none.
  bool TakeId();
  // Empty if the message has none that may be.
  const std::string& id() const { return id_; }

  // Has the item answered, now or later, by another thread: it then passes itself to
  // StreamCall::Complete. `wrong`: what is wrong with its envelope.
  void Start(Violations wrong);

  // Once it is answered:
  // Its reply, or, where there is no memory for the bytes of that, a refusal.
  grpc::ByteBuffer Reply();
  int code() const { return code_; }

 private:
  void Run(std::chrono::nanoseconds waited) override;
  void Refuse(std::chrono::milliseconds delay) override;
  // The item may be gone afterwards.
  void End(const CallStatus& status);
  void KeepRefusal(const CallStatus& status);

  StreamCall& stream_;
  // Given back early by an item that is refused: what it keeps is not counted in its ticket then.
  MessagePool::Lease messages_;
  v1::StreamAdvantagesResponse refusal_;
  std::string id_;
  CallStatus unread_;  // the answer, if the message has been refused before it was read
  int code_ = CallStatus::kOk;
  CallRecord record_;
  Admission::Ticket ticket_;  // until the reply has been sent
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_STREAM_ITEM_H_
