#include "server/fair_queue.h"

#include <algorithm>

namespace advantaged {

std::optional<FairQueue::Entry> FairQueue::Push(const Entry& entry, std::size_t limit) {
  std::optional<Entry> victim;
  Line& line = lines_[entry.connection];
  if (waiting_.size() >= limit) {
    Line& longest = Longest();
    // Taking from the longest line must leave it at least as long as this one becomes.
    if (longest.keys.size() < line.keys.size() + 2) return entry;
    victim = TakeNewest(longest);
  }
  const Key key(std::max(now_, line.end), ++arrivals_);
  line.end = key.first + entry.cost;
  line.keys.push_back(key);
  waiting_.emplace(key, entry);
  return victim;
}

std::optional<FairQueue::Entry> FairQueue::Pop() {
  if (waiting_.empty()) return std::nullopt;
  const auto first = waiting_.begin();
  const Entry entry = first->second;
  now_ = first->first.first;
  // The keys of a line ascend, so the first of all is the first of its line.
  lines_[entry.connection].keys.pop_front();
  waiting_.erase(first);
  ForgetLinesNowAndThen();
  return entry;
}

FairQueue::Line& FairQueue::Longest() {
  return std::max_element(lines_.begin(), lines_.end(),
                          [](const auto& a, const auto& b) {
                            return a.second.keys.size() < b.second.keys.size();
                          })
      ->second;
}

FairQueue::Entry FairQueue::TakeNewest(Line& line) {
  const auto newest = waiting_.find(line.keys.back());
  const Entry entry = newest->second;
  line.keys.pop_back();
  line.end = newest->first.first;
  waiting_.erase(newest);
  return entry;
}

void FairQueue::EndBusyPeriod() {
  lines_.clear();
  now_ = 0;
}

// So that it costs nothing per entry.
void FairQueue::ForgetLinesNowAndThen() {
  constexpr std::size_t kSpare = 64;
  if (lines_.size() < 2 * waiting_.size() + kSpare) return;
  std::erase_if(lines_, [this](const auto& line) {
    return line.second.keys.empty() && line.second.end <= now_;
  });
}

}  // namespace advantaged
