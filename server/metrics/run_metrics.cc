#include "server/metrics/run_metrics.h"

#include <mutex>

namespace advantaged {
namespace {

constexpr std::string_view kOther = "other";

}  // namespace

RunMetrics::RunMetrics(const RunLimits& limits, MethodFamilies& families)
    : limits_(limits), families_(families) {}

void RunMetrics::Commit(const BatchLabels& labels, const BatchTally& tally, Time now) {
  {
    const std::shared_lock lock(mutex_);
    if (Run* run = Find(labels.run); run != nullptr) {
      const auto method = run->methods.find(labels.method);
      if (method != run->methods.end()) {
        run->last_batch = now;
        method->second.Commit(tally);
        return;
      }
    }
  }
  const std::unique_lock lock(mutex_);
  Run* run = Find(labels.run);
  const std::string name(run == &other_ ? kOther : labels.run);
  if (run == nullptr) run = &runs_[name];
  const std::string method(labels.method);
  run->last_batch = now;
  run->methods.try_emplace(method, prometheus::Labels{{"method", method}, {"run", name}}, families_)
      .first->second.Commit(tally);
}

void RunMetrics::ExpireIdle(Time now) {
  const std::unique_lock lock(mutex_);
  const auto idle = [&](const Run& run) { return now - run.last_batch.load() >= limits_.idle; };
  std::erase_if(runs_, [&](const auto& entry) { return idle(entry.second); });
  if (idle(other_)) other_.methods.clear();
}

RunMetrics::Run* RunMetrics::Find(std::string_view name) {
  const auto own = runs_.find(name);
  if (own != runs_.end()) return &own->second;
  return name == kOther || runs_.size() >= limits_.runs ? &other_ : nullptr;
}

}  // namespace advantaged
