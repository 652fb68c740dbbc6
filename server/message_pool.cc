#include "server/message_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace advantaged {

// One request and its reply, and the way back.
class MessagePool::Messages final
    : public grpc::MessageHolder<v1::ComputeAdvantagesRequest, v1::ComputeAdvantagesResponse> {
 public:
  explicit Messages(MessagePool& pool) : pool_(pool) {
    set_request(&request_);
    set_response(&response_);
  }

  // gRPC calls it when the call is done.
  void Release() override {
    request_.Clear();
    response_.Clear();
    bytes_ = request_.SpaceUsedLong() + response_.SpaceUsedLong();
    pool_.Return(std::unique_ptr<Messages>(this));
  }

  std::uint64_t bytes() const { return bytes_; }

 private:
  MessagePool& pool_;
  v1::ComputeAdvantagesRequest request_;
  v1::ComputeAdvantagesResponse response_;
  std::uint64_t bytes_ = 0;
};

MessagePool::MessagePool(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}
MessagePool::~MessagePool() = default;

grpc::MessageHolder<v1::ComputeAdvantagesRequest, v1::ComputeAdvantagesResponse>*
MessagePool::AllocateMessages() {
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
