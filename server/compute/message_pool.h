// Request and reply messages of batches that calls and items of streams use one after the other. A
// message keeps the memory of its arrays, so a trainer's next batch is parsed into pages that are
// there already: fresh messages for every call halve the throughput of large ones.
#ifndef ADVANTAGED_SERVER_COMPUTE_MESSAGE_POOL_H_
#define ADVANTAGED_SERVER_COMPUTE_MESSAGE_POOL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "advantaged/v1/stream.pb.h"

namespace advantaged {

// Thread-safe. Must outlive every call.
class MessagePool {
 public:
  // Keeps at most `max_bytes` in messages that no call uses; 0 keeps none.
  explicit MessagePool(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // One item of a stream and the reply to it; a call uses what is in the envelopes.
  class Messages {
   public:
    v1::StreamAdvantagesRequest& item() { return item_; }
    v1::StreamAdvantagesResponse& reply() { return reply_; }
    v1::ComputeAdvantagesRequest& request() { return *item_.mutable_batch(); }
    const v1::ComputeAdvantagesRequest& request() const { return item_.batch(); }
    v1::ComputeAdvantagesResponse& response() { return *reply_.mutable_batch(); }
    const v1::ComputeAdvantagesResponse& response() const { return reply_.batch(); }

   private:
    friend class MessagePool;
    void Clear();

    v1::StreamAdvantagesRequest item_;
    v1::StreamAdvantagesResponse reply_;
    std::uint64_t bytes_ = 0;
  };

  struct GiveBack {
    MessagePool* pool;
    void operator()(Messages* messages) const { pool->Return(messages); }
  };
  using Lease = std::unique_ptr<Messages, GiveBack>;
  // Empty messages; they go back to the pool when the lease ends.
  Lease Acquire();

  // Frees the messages that no call has needed since the last time this was called.
  void Shrink();

  // Kept now.
  std::uint64_t bytes() const;

 private:
  void Return(Messages* messages);

  const std::uint64_t max_bytes_;
  mutable std::mutex mutex_;
  // The last returned is the first used again, so those at the front are the idle ones.
  std::deque<std::unique_ptr<Messages>> free_;
  std::uint64_t bytes_ = 0;
  std::size_t never_needed_ = 0;  // the fewest that were free at once since Shrink
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_MESSAGE_POOL_H_
