#include "server/message_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace advantaged {

MessagePool::Messages::Messages(MessagePool& pool) : pool_(pool) {
  set_request(item_.mutable_batch());
  set_response(reply_.mutable_batch());
}

void MessagePool::Messages::Release() {
  // Clear empties a batch that is present, and does not free it (`optional` in the contract).
  item_.mutable_batch();
  reply_.mutable_batch();
  item_.Clear();
  reply_.Clear();
  bytes_ = item_.SpaceUsedLong() + reply_.SpaceUsedLong();
  pool_.Return(std::unique_ptr<Messages>(this));
}

MessagePool::MessagePool(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}
MessagePool::~MessagePool() = default;

MessagePool::Messages* MessagePool::AllocateMessages() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      std::unique_ptr<Messages> messages = std::move(free_.back());
      free_.pop_back();
      bytes_ -= messages->bytes();
      never_needed_ = std::min(never_needed_, free_.size());
      return messages.release();
    }
  }
  return new Messages(*this);
}

void MessagePool::Return(std::unique_ptr<Messages> messages) {
  const std::lock_guard lock(mutex_);
  if (messages->bytes() > max_bytes_ - bytes_) return;  // frees them
  bytes_ += messages->bytes();
  free_.push_back(std::move(messages));
}

void MessagePool::Shrink() {
  std::vector<std::unique_ptr<Messages>>
      idle;  // declared first, so freed after the lock is given up
  const std::lock_guard lock(mutex_);
  const auto end = free_.begin() + static_cast<std::ptrdiff_t>(never_needed_);
  std::move(free_.begin(), end, std::back_inserter(idle));
  free_.erase(free_.begin(), end);
  for (const auto& messages : idle) bytes_ -= messages->bytes();
  never_needed_ = free_.size();
}

std::uint64_t MessagePool::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace advantaged
