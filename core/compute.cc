#include <utility>

#include "advantaged/advantaged.h"
#include "core/computation.h"
#include "core/summary.h"

namespace advantaged {
namespace {

// Keeps everything the reports say.
class Collector final : public GroupObserver {
 public:
  Collector(Result& result, std::span<const std::uint32_t> pass_at)
      : result_(result), summary_(pass_at) {}

  bool WantsEachGroup() const override { return true; }

  void OnGroup(const GroupReport& report, std::uint64_t times) override {
    result_.groups.push_back(report.statistics);
    result_.pass_at_k.insert(result_.pass_at_k.end(), report.pass_at_k.begin(),
                             report.pass_at_k.end());
    summary_.Add(report, times);
  }

  void OnAdvantages(std::span<const float> advantages) override { summary_.Add(advantages); }
  void OnAdvantage(float advantage, std::uint64_t times) override {
    summary_.Add(advantage, times);
  }

  Summary Build(std::size_t responses) const { return summary_.Build(responses); }

 private:
  Result& result_;
  SummaryBuilder summary_;
};

}  // namespace

Result Compute(const Request& request) {
  Result result;
  const Computation computation(request, result.violations);
  if (!result.ok()) return result;
  result.advantages.resize(computation.output_size());
  result.groups.reserve(computation.groups().count());
  Collector collector(result, request.options.pass_at);
  Computation::Notes notes = computation.Run(result.advantages, &collector, result.violations);
  result.warnings = std::move(notes.warnings);
  result.batch_moments = std::move(notes.batch_moments);
  if (request.options.moments_only) result.advantages.clear();
  result.summary = collector.Build(computation.responses());
  result.method = computation.method().spec;
  return result;
}

}  // namespace advantaged
