#include "server/grpc/open_streams.h"

#include "server/grpc/stream_call.h"

namespace advantaged {

bool OpenStreams::Add(StreamCall& stream) {
  const std::lock_guard lock(mutex_);
  if (!closed_) streams_.insert(&stream);
  return !closed_;
}

void OpenStreams::Remove(StreamCall& stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(&stream);
}

void OpenStreams::Close() {
  // A stream that ends meanwhile waits for the lock, so none of these is gone.
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (StreamCall* stream : streams_) stream->Stop();
}

}  // namespace advantaged
