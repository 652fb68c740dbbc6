#include "server/compute/fair_queue.h"

#include <algorithm>

namespace advantaged {
namespace {

constexpr FairQueue::Duration kSaved = std::chrono::seconds(1);

}  // namespace

std::optional<FairQueue::Entry> FairQueue::Push(const Entry& entry, std::size_t limit) {
  std::optional<Entry> victim;
  const auto [found, is_new] = lines_.try_emplace(entry.connection);
  Line& line = found->second;
  if (is_new) line.start = now_;
  if (size_ >= limit) {
    Line& longest = Longest();
    // Taking from the longest line must leave it at least as long as this one becomes.
    if (longest.waiting.size() < line.waiting.size() + 2) return entry;
    victim = TakeNewest(longest);
  }
  line.waiting.push_back({++arrivals_, entry});
  ++size_;
  if (line.waiting.size() == 1) {
    line.start = std::max(line.start, now_ - kSaved);
    TakePlace(line);
  }
  return victim;
}

void FairQueue::TakePlace(Line& line) {
  line.turn = {line.start, Expected(line), line.waiting.front().arrival};
  turns_.emplace(line.turn, &line);
}

std::optional<FairQueue::Entry> FairQueue::Pop() {
  if (turns_.empty()) return std::nullopt;
  Line& line = *turns_.begin()->second;
  LeavePlace(line);
  Entry entry = line.waiting.front().entry;
  line.waiting.pop_front();
  --size_;
  now_ = std::max(now_, line.start);
  entry.paid = Expected(line);
  line.start += entry.paid;
  ++line.under_way;
  ++under_way_;
  if (!line.waiting.empty()) TakePlace(line);
  return entry;
}

void FairQueue::Finish(const Entry& entry, Duration took) {
  constexpr int kMemory = 10;  // pieces of work in the running mean, about
  expected_ += (took - expected_) / (expected_ == Duration(0) ? 1 : kMemory);
  Line& line = lines_[entry.connection];
  const bool waits = !line.waiting.empty();
  if (waits) LeavePlace(line);
  line.last = took;
  line.start += took - entry.paid;
  latest_ = std::max(latest_, line.start);
  --line.under_way;
  if (waits) TakePlace(line);
  if (--under_way_ == 0 && size_ == 0) now_ = std::max(now_, latest_);
  ForgetLinesNowAndThen();
}

FairQueue::Line& FairQueue::Longest() {
  return std::max_element(lines_.begin(), lines_.end(),
                          [](const auto& a, const auto& b) {
                            return a.second.waiting.size() < b.second.waiting.size();
                          })
      ->second;
}

FairQueue::Entry FairQueue::TakeNewest(Line& line) {
  // It is not the only one of its line, so the turn of the line stays.
  const Entry entry = line.waiting.back().entry;
  line.waiting.pop_back();
  --size_;
  return entry;
}

// So that it costs nothing per entry.
void FairQueue::ForgetLinesNowAndThen() {
  constexpr std::size_t kSpare = 1024;
  if (lines_.size() < 2 * (size_ + under_way_) + kSpare) return;
  std::erase_if(lines_, [this](const auto& each) {
    const Line& line = each.second;
    return line.waiting.empty() && line.under_way == 0 && line.start <= now_;
  });
}

}  // namespace advantaged
