// The streams that are open, so that a server that shuts down can have them end: a stream has no
// end of its own that could be waited for.
#ifndef ADVANTAGED_SERVER_GRPC_OPEN_STREAMS_H_
#define ADVANTAGED_SERVER_GRPC_OPEN_STREAMS_H_

#include <mutex>
#include <unordered_set>

namespace advantaged {

class StreamCall;

// Thread-safe. Must outlive every stream.
class OpenStreams {
 public:
  // False if it is too late for another stream.
  bool Add(StreamCall& stream);
  // When it is over; also one that was not added.
  void Remove(StreamCall& stream);
  // Stops all streams and lets no other in.
  void Close();

 private:
  std::mutex mutex_;
  bool closed_ = false;
  std::unordered_set<StreamCall*> streams_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_OPEN_STREAMS_H_
