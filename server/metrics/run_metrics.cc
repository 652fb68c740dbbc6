#include "server/metrics/run_metrics.h"

#include <algorithm>
#include <mutex>

namespace advantaged {
namespace {

constexpr std::string_view kOther = "other";
// Four times as many as may have series.
constexpr std::size_t kSeenOnce = 256;

}  // namespace

RunMetrics::RunMetrics(const RunLimits& limits, MethodFamilies& families)
    : limits_(limits), families_(families) {}

void RunMetrics::Commit(const BatchLabels& labels, const BatchTally& tally, Time now) {
  {
    const std::shared_lock lock(mutex_);
    if (MethodMetrics* metrics = Find(labels, now); metrics != nullptr) {
      return metrics->Commit(tally);
    }
  }
  const std::unique_lock lock(mutex_);
  MethodMetrics* metrics = Find(labels, now);
  if (metrics == nullptr) metrics = &Add(labels, now);
  metrics->Commit(tally);
}

void RunMetrics::ExpireIdle(Time now) {
  const std::unique_lock lock(mutex_);
  const auto idle = [&](const Run& run) { return now - run.last_batch.load() >= limits_.idle; };
  std::erase_if(runs_, [&](const auto& entry) {
    if (!idle(entry.second)) return false;
    methods_ -= entry.second.methods.size();
    return true;
  });
  if (idle(other_)) other_.methods.clear();
  std::erase_if(seen_once_, [&](const auto& name) { return now - name.second >= limits_.idle; });
}

MethodMetrics* RunMetrics::Find(const BatchLabels& labels, Time now) {
  const auto own = runs_.find(labels.run);
  const auto find = [&](Run& run) -> MethodMetrics* {
    const auto method = run.methods.find(labels.method);
    if (method == run.methods.end()) return nullptr;
    run.last_batch = now;
    return &method->second;
  };
  if (own != runs_.end()) {
    if (MethodMetrics* metrics = find(own->second); metrics != nullptr) return metrics;
  }
  return HasRoom(labels.run) ? nullptr : find(other_);
}

MethodMetrics& RunMetrics::Add(const BatchLabels& labels, Time now) {
  const bool room = HasRoom(labels.run) && SeenBefore(labels.run, now);
  const std::string name(room ? labels.run : kOther);
  Run& run = room ? runs_[name] : other_;
  if (room) ++methods_;
  run.last_batch = now;
  const std::string method(labels.method);
  const prometheus::Labels of_both = {{"method", method}, {"run", name}};
  return run.methods.try_emplace(method, of_both, families_).first->second;
}

bool RunMetrics::SeenBefore(std::string_view run, Time now) {
  if (runs_.contains(run)) return true;
  if (const auto seen = seen_once_.find(run); seen != seen_once_.end()) {
    seen_once_.erase(seen);
    return true;
  }
  if (seen_once_.size() == kSeenOnce) {
    const auto when = [](const auto& seen) { return seen.second; };
    seen_once_.erase(std::ranges::min_element(seen_once_, {}, when));
  }
  seen_once_.emplace(run, now);
  return false;
}

bool RunMetrics::HasRoom(std::string_view run) const {
  if (run == kOther || methods_ >= kMethodsPerRun * limits_.runs) return false;
  return runs_.contains(run) || runs_.size() < limits_.runs;
}

}  // namespace advantaged
