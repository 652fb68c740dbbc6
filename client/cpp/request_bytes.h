// The memory of a serialized request: kept from call to call, and lent to gRPC without a copy.
#ifndef ADVANTAGED_CLIENT_CPP_REQUEST_BYTES_H_
#define ADVANTAGED_CLIENT_CPP_REQUEST_BYTES_H_

#include <grpcpp/support/byte_buffer.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace advantaged::client {

class RequestBytes {
 public:
  // Begins a request of at most this many bytes.
  void Start(std::size_t most_bytes);
  // Appends that many bytes and returns them, to be written.
  char* Extend(std::size_t bytes);
  std::size_t size() const { return size_; }
  std::string_view view() const;

  // The request for gRPC. It may read it after the call has ended, e.g. when a deadline passes
  // while the bytes still leave: Start then takes other memory.
  grpc::ByteBuffer Lend();

 private:
  struct Block;

  // Two, because gRPC gives one back a moment after the call has ended.
  std::array<std::shared_ptr<Block>, 2> blocks_;
  std::size_t current_ = 0;
  std::size_t size_ = 0;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_REQUEST_BYTES_H_
