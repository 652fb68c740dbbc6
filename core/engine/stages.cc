#include "core/engine/stages.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "core/kernels/weighted_moments.h"
#include "core/violations/sentence.h"

namespace advantaged {
namespace {

using Kind = Stage::Kind;
using Spread = Stage::Spread;
using Weighting = Stage::Weighting;

// Which moments: of the values after so many clips, or of the rewards.
struct MomentsKey {
  bool of_rewards;
  int clips;
  Weighting weighting;
  bool operator==(const MomentsKey&) const = default;
};

// The moments that the stages need, each once, in the order in which they are first needed.
std::vector<MomentsKey> NeededMoments(const std::vector<Stage>& stages) {
  std::vector<MomentsKey> keys;
  int clips = 0;
  for (const Stage& stage : stages) {
    if (stage.kind == Kind::kClip) {
      ++clips;
      continue;
    }
    const bool of_rewards = stage.kind == Kind::kScale && stage.spread == Spread::kRewards;
    const MomentsKey key{of_rewards, of_rewards ? 0 : clips, stage.weighting};
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

void CheckStage(const Stage& stage, const std::string& path, Violations& violations) {
  if (stage.ddof > 1)
    violations.Add(path + ".scale.ddof", Compose(ValueOf(stage.ddof), " is above 1"));
  if (!std::isfinite(stage.epsilon) || stage.epsilon < 0) {
    violations.Add(path + ".scale.epsilon",
                   Compose(ValueOf(stage.epsilon), " is not a finite number ≥ 0"));
  }
  if (stage.kind != Kind::kClip) return;
  if (std::isnan(stage.low) || std::isnan(stage.high) || stage.low > stage.high) {
    violations.Add(path + ".clip",
                   Concat("low ", stage.low, " and high ", stage.high, " do not order"));
  }
}

void CheckMoments(const Options& options, std::size_t needed, Violations& violations) {
  const std::vector<BatchMoments>& given = options.batch_moments;
  const bool complete = given.size() == needed;
  if (given.size() > needed || (!given.empty() && !complete && !options.moments_only)) {
    violations.Add("batch_moments", Concat(given.size(), " moments; the stages need ", needed));
    return;
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const BatchMoments& m = given[i];
    // Weights are counts, of responses or tokens, and one value has no spread. Those of a batch
    // without any valid response are 0, all three.
    const bool none = m.weight == 0 && m.mean == 0 && m.centred_squares == 0;
    const bool good = std::isfinite(m.weight) && std::isfinite(m.mean) &&
                      std::isfinite(m.centred_squares) && m.centred_squares >= 0 &&
                      m.weight >= (m.centred_squares > 0 ? 2 : 1);
    if (!good && !none) {
      violations.Add(At("batch_moments", i),
                     Concat("weight ", m.weight, ", mean ", m.mean, ", centred_squares ",
                            m.centred_squares, " are no moments"));
    }
  }
}

// The values of a batch under way through its stages: x = slope · (v − centre) + offset.
class StageRun {
 public:
  StageRun(const Options& options, const StageInput& input, StageNotes& notes,
           Violations& violations)
      : options_(options),
        input_(input),
        keys_(NeededMoments(options.stages)),
        notes_(notes),
        violations_(violations),
        values_(input.advantages.begin(), input.advantages.end()) {}

  // False if stopped, or if a stage needs moments that are still to be merged.
  bool Run(const StopCheck& stop) {
    for (const Stage& stage : options_.stages) {
      notes_.stopped = stop && stop();
      if (notes_.stopped) return false;
      if (stage.kind == Kind::kClip) {
        Clip(stage);
        continue;
      }
      const std::optional<BatchMoments> moments = MomentsFor(stage);
      if (!moments) return false;
      if (stage.kind == Kind::kCenter) {
        Center(*moments);
      } else {
        Scale(stage, *moments);
      }
    }
    return true;
  }

  // Adding +0 turns −0 into 0.
  void Round(std::span<float> out) const {
    for (std::size_t i = 0; i < values_.size(); ++i) out[i] = static_cast<float>(Value(i)) + 0.0F;
  }

 private:
  double Value(std::size_t i) const { return slope_ * (values_[i] - centre_) + offset_; }

  void Center(const BatchMoments& m) {
    centre_ = m.mean;
    offset_ = 0;
  }

  void Scale(const Stage& stage, const BatchMoments& m) {
    double variance = m.centred_squares / (m.weight - stage.ddof);
    if (stage.spread == Spread::kAdvantages) variance *= slope_ * slope_;
    const double divisor = stage.epsilon_inside_root ? std::sqrt(variance + stage.epsilon)
                                                     : std::sqrt(variance) + stage.epsilon;
    // Without spread there is nothing to scale; the quotient would be noise over epsilon.
    const double factor = m.centred_squares == 0 ? 0 : 1 / divisor;
    slope_ *= factor;
    offset_ *= factor;
  }

  void Clip(const Stage& stage) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const double value = Value(i);
      notes_.clipped_low += static_cast<std::uint64_t>(value < stage.low);
      notes_.clipped_high += static_cast<std::uint64_t>(value > stage.high);
      values_[i] = std::clamp(value, stage.low, stage.high);
    }
    slope_ = 1;
    centre_ = offset_ = 0;
    ++clips_;
  }

  // Those given for the whole batch, else this input's own; nothing where the caller has yet to
  // merge them.
  std::optional<BatchMoments> MomentsFor(const Stage& stage) {
    const bool of_rewards = stage.kind == Kind::kScale && stage.spread == Spread::kRewards;
    const MomentsKey key{of_rewards, of_rewards ? 0 : clips_, stage.weighting};
    const auto at = static_cast<std::size_t>(std::ranges::find(keys_, key) - keys_.begin());
    std::vector<BatchMoments>& moments = notes_.moments;
    if (at == moments.size()) moments.push_back(Compute(key));
    const bool given = at < options_.batch_moments.size();
    if (!given && options_.moments_only) return std::nullopt;
    const BatchMoments& used = given ? options_.batch_moments[at] : moments[at];
    if (used.weight == 0 && !values_.empty()) RefuseNoWeight(moments[at], at);
    return used;
  }

  // Stages have nothing to do in a batch without any valid response; otherwise something must
  // weigh.
  void RefuseNoWeight(const BatchMoments& own, std::size_t at) {
    if (own.weight == 0) {
      violations_.Add("lengths", "all 0; stages that weigh by tokens need one above 0");
    } else {
      violations_.Add(At("batch_moments", at),
                      Concat("weight 0, but this part of the batch has ", own.weight));
    }
  }

  BatchMoments Compute(const MomentsKey& key) const {
    const std::span<const std::uint32_t> weights =
        key.weighting == Weighting::kTokens ? input_.lengths : std::span<const std::uint32_t>();
    if (!key.of_rewards) return WeightedMoments(values_, weights);
    return WeightedMoments(std::vector<double>(input_.rewards.begin(), input_.rewards.end()),
                           weights);
  }

  const Options& options_;
  const StageInput& input_;
  const std::vector<MomentsKey> keys_;
  StageNotes& notes_;
  Violations& violations_;
  std::vector<double> values_;
  double slope_ = 1;
  double centre_ = 0;
  double offset_ = 0;
  int clips_ = 0;
};

}  // namespace

void CheckStages(const Request& request, const MethodRow& row, const Parameters& parameters,
                 Violations& violations) {
  const Options& options = request.options;
  if (options.stages.size() > kMaxStages) {
    violations.Add("stages",
                   Concat(options.stages.size(), " stages; at most ", kMaxStages, " are allowed"));
    return;
  }
  for (std::size_t i = 0; i < options.stages.size(); ++i) {
    const Stage& stage = options.stages[i];
    const std::string path = At("stages", i);
    CheckStage(stage, path, violations);
    if (stage.kind == Kind::kCenter && row.mean_carries_meaning(parameters) &&
        !options.allow_recentering) {
      violations.Add(path + ".center",
                     Concat("the advantages of ", row.name,
                            " are not zero-mean by design, and centering would change the method;"
                            " allow_recentering permits it"));
    }
    if (stage.weighting == Weighting::kTokens && request.batch.lengths.empty()) {
      violations.Add("lengths", Concat("not set; ", path, " weighs by tokens"));
    }
  }
  if (options.per_group && !options.stages.empty()) {
    violations.Add("reply_form", "one pair of advantages per group is impossible with stages");
  }
  const std::size_t needed = NeededMoments(options.stages).size();
  if (options.moments_only && needed == 0) {
    violations.Add("moments_only", "true, but no stage needs moments");
  }
  CheckMoments(options, needed, violations);
}

StageNotes RunStages(const Options& options, const StageInput& input, std::span<float> out,
                     Violations& violations, const StopCheck& stop) {
  StageNotes notes;
  StageRun run(options, input, notes, violations);
  if (run.Run(stop)) run.Round(out);
  return notes;
}

}  // namespace advantaged
