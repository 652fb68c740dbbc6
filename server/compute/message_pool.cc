#include "server/compute/message_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace advantaged {

void MessagePool::Messages::Clear() {
  // Clear empties a batch that is present, and does not free it (`optional` in the contract).
  item_.mutable_batch();
  reply_.mutable_batch();
  item_.Clear();
  reply_.Clear();
  bytes_ = item_.SpaceUsedLong() + reply_.SpaceUsedLong();
}

MessagePool::Lease MessagePool::Acquire() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      std::unique_ptr<Messages> messages = std::move(free_.back());
      free_.pop_back();
      bytes_ -= messages->bytes_;
      never_needed_ = std::min(never_needed_, free_.size());
      return {messages.release(), {this}};
    }
  }
  return {new Messages, {this}};
}

void MessagePool::Return(Messages* returned) {
  std::unique_ptr<Messages> messages(returned);
  messages->Clear();
  const std::lock_guard lock(mutex_);
  if (messages->bytes_ > max_bytes_ - bytes_) return;  // frees them
  bytes_ += messages->bytes_;
  free_.push_back(std::move(messages));
}

void MessagePool::Shrink() {
  std::vector<std::unique_ptr<Messages>>
      idle;  // declared first, so freed after the lock is given up
  const std::lock_guard lock(mutex_);
  const auto end = free_.begin() + static_cast<std::ptrdiff_t>(never_needed_);
  std::move(free_.begin(), end, std::back_inserter(idle));
  free_.erase(free_.begin(), end);
  for (const auto& messages : idle) bytes_ -= messages->bytes_;
  never_needed_ = free_.size();
}

std::uint64_t MessagePool::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace advantaged
