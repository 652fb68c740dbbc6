#include "server/grpc/stream_call.h"

#include <algorithm>
#include <utility>

#include "base/printable.h"
#include "base/text.h"

namespace advantaged {

void StreamCall::Start() {
  Refusals& refusals = backend_.refusals();
  if (const CallStatus refused = refusals.CheckMetadata(MetadataBytes()); !refused.ok()) {
    return End(refused);
  }
  if (!streams_.Add(*this)) return End(refusals.NotServing());
  Next next;
  {
    const std::lock_guard lock(mutex_);
    Decide(next);
  }
  Do(std::move(next));
}

void StreamCall::Stop() {
  Next next;
  {
    const std::lock_guard lock(mutex_);
    if (!ending_) {
      ending_ = {.code = CallStatus::kUnavailable,
                 .message = "shutting down; send the items without a reply again, elsewhere"};
    }
    Decide(next);
  }
  Do(std::move(next));
}

void StreamCall::OnRead(bool ok) {
  StreamItem* item = nullptr;
  Violations wrong;
  if (ok) metrics().rpc().CountReceived();
  // Nobody else has the message yet.
  CallStatus read;
  if (ok) {
    read = backend_.refusals().Guard([&] {
      const bool parsed = reading_->Read(server_call().message());
      return parsed ? CallStatus() : CallStatus{.code = CallStatus::kInvalidArgument};
    });
  }
  {
    const std::lock_guard lock(mutex_);
    if (!ok) {
      // Also of a stream that is to stop: it has left no item out.
      ending_ = WhyNothing();
    } else if (!read.ok()) {
      if (read.code == CallStatus::kInvalidArgument) {
        read.message = Concat("cannot parse message ", accepted_ + 1,
                              " of the stream as StreamAdvantagesRequest");
      }
      ending_ = std::move(read);
    } else if (!ending_ && !lost_) {
      item = Accept(wrong);
    }
    reading_.reset();
    starting_ = item != nullptr;
  }
  if (item != nullptr) item->Start(std::move(wrong));
  Next next;
  {
    const std::lock_guard lock(mutex_);
    starting_ = false;
    Decide(next);
  }
  Do(std::move(next));
}

void StreamCall::OnWritten(bool ok) {
  Next next;
  if (ok) metrics().rpc().CountSent();
  {
    const std::lock_guard lock(mutex_);
    if (ok) {
      const auto written = std::ranges::find(items_, writing_, &std::unique_ptr<StreamItem>::get);
      answered_.erase(writing_);
      next.over.push_back(std::move(*written));
      items_.erase(written);
    } else {
      lost_ = true;
    }
    writing_ = nullptr;
    Decide(next);
  }
  Do(std::move(next));
}

void StreamCall::Complete(StreamItem& item) {
  Next next;
  {
    const std::lock_guard lock(mutex_);
    answered_.insert(&item);
    if (CheckGivenUp() != GivenUp::kNo) lost_ = true;
    Decide(next);
  }
  Do(std::move(next));
}

StreamItem* StreamCall::Accept(Violations& wrong) {
  StreamItem& item = *reading_;
  const std::string& id = item.request().id();
  if (!item.TakeId()) {
    wrong.Add("id", Concat("\"", Printable(id.substr(0, StreamItem::kMaxIdBytes)), "\" has ",
                           id.size(), " bytes; must have 1 to ", StreamItem::kMaxIdBytes));
  } else if (std::ranges::any_of(items_, [&](const auto& other) {
               // A client may use an id again once it has the reply, before we hear that it left.
               return other.get() != writing_ && other->id() == id;
             })) {
    wrong.Add("id",
              Concat("\"", Printable(id), "\" is the id of an item whose reply has not left"));
  }
  if (accepted_++ == 0) {
    unordered_ = item.request().unordered();
  } else if (item.request().unordered() && !unordered_) {
    wrong.Add("unordered", "true; the first item of the stream has false, and decides");
  }
  items_.push_back(std::move(reading_));
  return &item;
}

CallStatus StreamCall::WhyNothing() const {
  switch (CheckGivenUp()) {
    case GivenUp::kDeadline:
      return {.code = CallStatus::kDeadlineExceeded, .message = "the deadline passed"};
    case GivenUp::kCancelled:
      return {.code = CallStatus::kCancelled, .message = "the caller cancelled the stream"};
    case GivenUp::kNo:
      break;
  }
  return {};
}

void StreamCall::Decide(Next& next) {
  if (lost_) DropAnswered(next);
  if (writing_ == nullptr) writing_ = next.write = NextToWrite();
  if (!reading_ && !starting_ && !ending_ && !lost_ && items_.size() < kWindow) {
    reading_ = std::make_unique<StreamItem>(*this, messages_);
    server_call().Read();
  }
  if (ended_ || !items_.empty() || (!ending_ && !lost_)) return;
  ended_ = true;
  record().SetItems(accepted_);
  if (!lost_) {
    next.end = *ending_;
  } else {
    const bool expired = CheckGivenUp() == GivenUp::kDeadline;
    next.end = {.code = expired ? CallStatus::kDeadlineExceeded : CallStatus::kCancelled};
  }
}

StreamItem* StreamCall::NextToWrite() const {
  const auto answered = [this](const auto& item) { return answered_.contains(item.get()); };
  const auto end = unordered_ || items_.empty() ? items_.end() : items_.begin() + 1;
  const auto found = std::find_if(items_.begin(), end, answered);
  return found == end ? nullptr : found->get();
}

void StreamCall::DropAnswered(Next& next) {
  const GivenUp why =
      CheckGivenUp() == GivenUp::kDeadline ? GivenUp::kDeadline : GivenUp::kCancelled;
  std::erase_if(items_, [&](auto& item) {
    if (item.get() == writing_ || !answered_.contains(item.get())) return false;
    answered_.erase(item.get());
    // Those who were known to have gone are counted already.
    if (item->code() != CallStatus::kCancelled && item->code() != CallStatus::kDeadlineExceeded) {
      backend_.refusals().CheckWaiting(CallStage::kSend, why);
    }
    next.over.push_back(std::move(item));
    return true;
  });
}

void StreamCall::Do(Next next) {
  next.over.clear();
  if (next.write != nullptr) server_call().Write(next.write->Reply());
  if (next.end) End(*next.end);
}

}  // namespace advantaged
