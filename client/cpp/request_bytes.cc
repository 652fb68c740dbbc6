#include "client/cpp/request_bytes.h"

#include <grpcpp/support/slice.h>

#include <algorithm>
#include <atomic>

namespace advantaged::client {

struct RequestBytes::Block {
  explicit Block(std::size_t bytes) : data(new char[bytes]), capacity(bytes) {}

  std::unique_ptr<char[]> data;
  std::size_t capacity;
  std::atomic<int> readers = 0;  // slices that gRPC has
};

void RequestBytes::Start(std::size_t most_bytes) {
  size_ = 0;
  const auto is_free = [](const std::shared_ptr<Block>& block) {
    return !block || block->readers.load(std::memory_order_acquire) == 0;
  };
  // The current one, if it may be; it is the one most likely to be large enough.
  if (!is_free(blocks_[current_])) current_ = 1 - current_;
  std::shared_ptr<Block>& block = blocks_[current_];
  if (!is_free(block)) block.reset();  // gRPC keeps it
  if (!block || block->capacity < most_bytes) {
    // Some room more, so that batches that vary a little do not allocate each time.
    block = std::make_shared<Block>(most_bytes + most_bytes / 8);
  }
}

char* RequestBytes::Extend(std::size_t bytes) {
  char* begin = blocks_[current_]->data.get() + size_;
  size_ += bytes;
  return begin;
}

std::string_view RequestBytes::view() const { return {blocks_[current_]->data.get(), size_}; }

grpc::ByteBuffer RequestBytes::Lend() {
  const std::shared_ptr<Block>& block = blocks_[current_];
  block->readers.fetch_add(1, std::memory_order_relaxed);
  const auto give_back = [](void* reader) {
    const std::unique_ptr<std::shared_ptr<Block>> owned(
        static_cast<std::shared_ptr<Block>*>(reader));
    (*owned)->readers.fetch_sub(1, std::memory_order_release);
  };
  const grpc::Slice slice(block->data.get(), size_, give_back, new std::shared_ptr<Block>(block));
  return {&slice, 1};
}

}  // namespace advantaged::client
