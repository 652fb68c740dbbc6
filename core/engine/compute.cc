#include <utility>

#include "advantaged/advantaged.h"
#include "base/text.h"
#include "core/engine/computation.h"
#include "core/engine/summary.h"

namespace advantaged {
namespace {

// Keeps what the result says of the reports.
class Collector final : public GroupObserver {
 public:
  Collector(const Options& options, std::size_t groups, Result& result)
      : statistics_(options.group_statistics), result_(result), summary_(options.pass_at) {
    if (!statistics_) return;
    result_.groups.reserve(groups);
    result_.pass_at_k.reserve(groups * options.pass_at.size());
  }

  bool WantsEachGroup() const override { return statistics_; }

  void OnGroup(const GroupReport& report, std::uint64_t times) override {
    summary_.Add(report, times);
    if (!statistics_) return;
    result_.groups.push_back(report.statistics);
    result_.pass_at_k.insert(result_.pass_at_k.end(), report.pass_at_k.begin(),
                             report.pass_at_k.end());
  }

  void OnAdvantages(std::span<const float> advantages) override { summary_.Add(advantages); }
  void OnAdvantage(float advantage, std::uint64_t times) override {
    summary_.Add(advantage, times);
  }

  Summary Build(std::size_t responses) const { return summary_.Build(responses); }

 private:
  const bool statistics_;
  Result& result_;
  SummaryBuilder summary_;
};

// Fills all of the result but the advantages, which go to what `room` returns for their number.
template <typename Room>
Result ComputeTo(const Request& request, const Room& room) {
  Result result;
  const Computation computation(request, result.violations);
  if (!result.ok()) return result;
  // With `moments_only` the caller gets none, but the stages need them.
  std::vector<float> unwanted(request.options.moments_only ? computation.output_size() : 0);
  const std::span<float> out =
      room(request.options.moments_only ? 0 : computation.output_size(), result);
  if (!result.ok()) return result;
  Collector collector(request.options, computation.groups().count(), result);
  Computation::Notes notes =
      computation.Run(request.options.moments_only ? unwanted : out, &collector, result.violations);
  result.warnings = std::move(notes.warnings);
  result.batch_moments = std::move(notes.batch_moments);
  result.summary = collector.Build(computation.responses());
  result.method = computation.method().spec;
  return result;
}

}  // namespace

Result Compute(const Request& request) {
  return ComputeTo(request, [](std::size_t size, Result& result) {
    result.advantages.resize(size);
    return std::span<float>(result.advantages);
  });
}

Result ComputeInto(const Request& request, std::span<float> out) {
  return ComputeTo(request, [out](std::size_t size, Result& result) {
    if (out.size() != size) {
      result.violations.Add("out",
                            Concat("room for ", out.size(), " advantages; there will be ", size));
    }
    return out;
  });
}

}  // namespace advantaged
