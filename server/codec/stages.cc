#include "server/codec/stages.h"

#include <limits>

#include "advantaged/v1/stages.pb.h"
#include "base/text.h"

namespace advantaged {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class StageDecoder {
 public:
  StageDecoder(std::string path, Violations& violations)
      : path_(std::move(path)), violations_(violations) {}

  Stage operator()(const v1::Stage& message) const {
    switch (message.stage_case()) {
      case v1::Stage::kCenter:
        return {.kind = Stage::Kind::kCenter,
                .weighting = Weighting(message.center().weighting(), ".center")};
      case v1::Stage::kScale:
        return Scale(message.scale());
      case v1::Stage::kClip:
        return Clip(message.clip());
      case v1::Stage::STAGE_NOT_SET:
        break;
    }
    violations_.Add(path_, "no stage is set");
    return {};
  }

 private:
  Stage Scale(const v1::ScaleStage& message) const {
    Stage stage{.kind = Stage::Kind::kScale, .weighting = Weighting(message.weighting(), ".scale")};
    if (message.spread() == v1::SPREAD_REWARDS) stage.spread = Stage::Spread::kRewards;
    if (!v1::Spread_IsValid(message.spread())) {
      violations_.Add(path_ + ".scale.spread",
                      Concat(static_cast<int>(message.spread()), " is not a value of Spread"));
    }
    stage.ddof = message.ddof();
    stage.epsilon = message.epsilon();
    stage.epsilon_inside_root = message.epsilon_inside_root();
    return stage;
  }

  Stage Clip(const v1::ClipStage& message) const {
    if (!message.has_low() && !message.has_high()) {
      violations_.Add(path_ + ".clip", "neither low nor high is set");
    }
    return {.kind = Stage::Kind::kClip,
            .low = message.has_low() ? message.low() : -kInfinity,
            .high = message.has_high() ? message.high() : kInfinity};
  }

  Stage::Weighting Weighting(v1::Weighting weighting, std::string_view stage) const {
    if (weighting == v1::WEIGHTING_TOKENS) return Stage::Weighting::kTokens;
    if (!v1::Weighting_IsValid(weighting)) {
      violations_.Add(Concat(path_, stage, ".weighting"),
                      Concat(static_cast<int>(weighting), " is not a value of Weighting"));
    }
    return Stage::Weighting::kResponses;
  }

  const std::string path_;
  Violations& violations_;
};

}  // namespace

void DecodeStages(const v1::ComputeAdvantagesRequest& message, Options& options,
                  Violations& violations) {
  for (int i = 0; i < message.stages_size(); ++i) {
    const StageDecoder decode(At("stages", static_cast<std::size_t>(i)), violations);
    options.stages.push_back(decode(message.stages(i)));
  }
  options.allow_recentering = message.allow_recentering();
  options.moments_only = message.moments_only();
  for (const v1::BatchMoments& moments : message.batch_moments()) {
    options.batch_moments.push_back({moments.weight(), moments.mean(), moments.centred_squares()});
  }
}

}  // namespace advantaged
