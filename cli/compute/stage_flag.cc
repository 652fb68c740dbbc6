#include "cli/compute/stage_flag.h"

#include <optional>
#include <string>
#include <vector>

#include "base/numbers.h"
#include "base/text.h"
#include "cli/terminal/failure.h"

namespace advantaged::cli {
namespace {

[[noreturn]] void Refuse(std::string_view stage, std::string_view why) {
  throw Failure(ExitCode::kUsage,
                Concat("--stage ", stage, ": ", why,
                       "\nexpected center[,tokens], scale[,tokens][,rewards][,ddof=1][,epsilon=X]"
                       "[,inside_root] or clip=LOW:HIGH"));
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
    end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
  }
  return parts;
}

double Number(std::string_view stage, std::string_view text) {
  const std::optional<double> value = ParseNumber<double>(text);
  if (!value) Refuse(stage, Concat("\"", text, "\" is not a number"));
  return *value;
}

void Clip(std::string_view stage, std::string_view limits, v1::ClipStage& clip) {
  const std::vector<std::string_view> sides = Split(limits, ':');
  if (sides.size() != 2) Refuse(stage, "LOW:HIGH is needed");
  if (!sides[0].empty()) clip.set_low(Number(stage, sides[0]));
  if (!sides[1].empty()) clip.set_high(Number(stage, sides[1]));
}

void Scale(std::string_view stage, std::string_view option, v1::ScaleStage& scale) {
  constexpr std::string_view kDdof = "ddof=";
  constexpr std::string_view kEpsilon = "epsilon=";
  if (option == "tokens") {
    scale.set_weighting(v1::WEIGHTING_TOKENS);
  } else if (option == "rewards") {
    scale.set_spread(v1::SPREAD_REWARDS);
  } else if (option == "inside_root") {
    scale.set_epsilon_inside_root(true);
  } else if (option == "ddof=0" || option == "ddof=1") {
    scale.set_ddof(option.substr(kDdof.size()) == "1" ? 1 : 0);
  } else if (option.starts_with(kEpsilon)) {
    scale.set_epsilon(Number(stage, option.substr(kEpsilon.size())));
  } else {
    Refuse(stage, Concat("\"", option, "\" is no option of scale"));
  }
}

}  // namespace

v1::Stage ParseStage(std::string_view text) {
  v1::Stage stage;
  constexpr std::string_view kClip = "clip=";
  if (text.starts_with(kClip)) {
    Clip(text, text.substr(kClip.size()), *stage.mutable_clip());
    return stage;
  }
  const std::vector<std::string_view> words = Split(text, ',');
  if (words[0] == "center") {
    stage.mutable_center();
  } else if (words[0] == "scale") {
    stage.mutable_scale();
  } else {
    Refuse(text, "no such stage");
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (stage.has_scale()) {
      Scale(text, words[i], *stage.mutable_scale());
    } else if (words[i] == "tokens") {
      stage.mutable_center()->set_weighting(v1::WEIGHTING_TOKENS);
    } else {
      Refuse(text, Concat("\"", words[i], "\" is no option of center"));
    }
  }
  return stage;
}

}  // namespace advantaged::cli
