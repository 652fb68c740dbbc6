// One StreamAdvantages call of gRPC: reads items, has each answered like a call of its own, and
// writes the replies, one at a time.
//
// At most kWindow items are held at once. While there are as many, nothing is read, so a client
// that does not read its replies is soon held back by HTTP/2. Each item is admitted by itself, and
// its ticket stays until its reply has left.
#ifndef ADVANTAGED_SERVER_GRPC_STREAM_CALL_H_
#define ADVANTAGED_SERVER_GRPC_STREAM_CALL_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "server/compute/compute_backend.h"
#include "server/grpc/call.h"
#include "server/grpc/open_streams.h"
#include "server/grpc/stream_item.h"

namespace advantaged {

class StreamCall final : public Call {
 public:
  static constexpr std::size_t kWindow = 16;

  // What it refers to must outlive the call.
  StreamCall(ServerCall& server_call, Metrics& metrics, AccessLog& access_log,
             ComputeBackend& backend, MessagePool& messages, OpenStreams& streams)
      : Call(server_call, metrics, access_log, Rpc::kStreamAdvantages),
        backend_(backend),
        messages_(messages),
        streams_(streams) {
    record().SetItems(0);
  }

  // Begins to read, or ends the call at once.
  void Start();
  // Reads no further; the call ends when the items that it has are answered. Any thread.
  void Stop();

  // For items.
  using Call::access_log;
  using Call::CheckGivenUp;
  using Call::Connection;
  using Call::Peer;
  using Call::record;
  ComputeBackend& backend() const { return backend_; }
  // An item has its reply. Any thread; item and call may be gone afterwards.
  void Complete(StreamItem& item);

 private:
  // What is to be done once the lock is given up: writing takes as long as the reply is large, and
  // after its end the call may be gone.
  struct Next {
    StreamItem* write = nullptr;
    std::optional<CallStatus> end;
    std::vector<std::unique_ptr<StreamItem>> over;
  };

  ~StreamCall() override { streams_.Remove(*this); }

  void OnRead(bool ok) override;
  void OnWritten(bool ok) override;

  // Under the lock. Takes the message that was read in, and finds what is wrong with its envelope.
  StreamItem* Accept(Violations& wrong);
  // Under the lock, from here on. Why there was nothing to read.
  CallStatus WhyNothing() const;
  // Reads if there is room, and tells what else to do.
  void Decide(Next& next);
  StreamItem* NextToWrite() const;
  // Replies that cannot leave.
  void DropAnswered(Next& next);

  // Not under the lock; nothing may follow.
  void Do(Next next);

  ComputeBackend& backend_;
  MessagePool& messages_;
  OpenStreams& streams_;

  std::mutex mutex_;
  std::unique_ptr<StreamItem> reading_;  // being read into
  // The item that was read last is being started. The next is read thereafter: limits and the queue
  // see items in their order.
  bool starting_ = false;
  std::deque<std::unique_ptr<StreamItem>> items_;   // as they came, until their replies have left
  std::unordered_set<const StreamItem*> answered_;  // of these
  const StreamItem* writing_ = nullptr;             // of these
  std::uint64_t accepted_ = 0;                      // items, since the beginning
  bool unordered_ = false;
  bool lost_ = false;                 // no reply arrives any more
  std::optional<CallStatus> ending_;  // nothing more is read; with this the call ends
  bool ended_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_STREAM_CALL_H_
