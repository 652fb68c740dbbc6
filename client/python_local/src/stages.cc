#include "client/python_local/src/stages.h"

#include <limits>
#include <string>

#include "client/python_local/src/scalar.h"

namespace advantaged::python {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

nb::tuple Items(nb::handle value, const std::string& path, std::size_t size, const char* wanted) {
  if (!PyTuple_Check(value.ptr()) && !PyList_Check(value.ptr())) RefuseType(path, value, wanted);
  nb::tuple items(value);
  if (items.size() != size) RefuseValue(path, value, Concat({"is not ", wanted}));
  return items;
}

void ReadOption(nb::handle key, nb::handle value, const std::string& path, Stage& stage) {
  const std::string name = Text(key, path);
  const std::string at = Concat({path, ".", name});
  const bool clip = stage.kind == Stage::Kind::kClip;
  const bool scale = stage.kind == Stage::Kind::kScale;
  if (clip && name == "low") {
    stage.low = Double(value, at);
  } else if (clip && name == "high") {
    stage.high = Double(value, at);
  } else if (!clip && name == "weighting") {
    stage.weighting = static_cast<Stage::Weighting>(Choice(value, at, {"responses", "tokens"}));
  } else if (scale && name == "spread") {
    stage.spread = static_cast<Stage::Spread>(Choice(value, at, {"advantages", "rewards"}));
  } else if (scale && name == "ddof") {
    stage.ddof = Uint32(value, at);
  } else if (scale && name == "epsilon") {
    stage.epsilon = Double(value, at);
  } else if (scale && name == "epsilon_inside_root") {
    stage.epsilon_inside_root = Flag(value, at);
  } else {
    RefuseValue(path, key,
                clip    ? "is not one of low, high"
                : scale ? "is not one of weighting, spread, ddof, epsilon, epsilon_inside_root"
                        : "is not weighting");
  }
}

Stage ReadStage(nb::handle value, std::string path) {
  const nb::tuple pair = Items(value, path, 2, "a pair of kind and options");
  static constexpr const char* kNames[] = {"center", "scale", "clip"};
  const std::size_t kind = Choice(pair[0], path, {kNames[0], kNames[1], kNames[2]});
  Stage stage{.kind = static_cast<Stage::Kind>(kind)};
  path = Concat({path, ".", kNames[kind]});
  const nb::object options = pair[1];
  if (!PyDict_Check(options.ptr())) RefuseType(path, options, "a dict of its options");
  const auto dict = nb::borrow<nb::dict>(options);
  if (stage.kind == Stage::Kind::kClip) {
    if (dict.size() == 0)
      throw nb::value_error(Concat({path, ": neither low nor high is set"}).c_str());
    stage.low = -kInfinity;
    stage.high = kInfinity;
  }
  for (const auto& [key, option] : dict) ReadOption(key, option, path, stage);
  return stage;
}

}  // namespace

std::vector<Stage> ReadStages(nb::handle stages) {
  std::vector<Stage> read;
  if (stages.is_none()) return read;
  if (!PyTuple_Check(stages.ptr()) && !PyList_Check(stages.ptr())) {
    RefuseType("stages", stages, "a list of pairs of kind and options");
  }
  for (const nb::handle stage : nb::iter(stages)) {
    read.push_back(ReadStage(stage, At("stages", read.size())));
  }
  return read;
}

std::vector<BatchMoments> ReadMoments(nb::handle moments) {
  std::vector<BatchMoments> read;
  if (moments.is_none()) return read;
  static constexpr const char* kWanted = "a list of (weight, mean, centred_squares)";
  if (!PyTuple_Check(moments.ptr()) && !PyList_Check(moments.ptr())) {
    RefuseType("batch_moments", moments, kWanted);
  }
  for (const nb::handle one : nb::iter(moments)) {
    const std::string path = At("batch_moments", read.size());
    const nb::tuple parts = Items(one, path, 3, "a triple of weight, mean and centred_squares");
    read.push_back({.weight = Double(parts[0], path + ".weight"),
                    .mean = Double(parts[1], path + ".mean"),
                    .centred_squares = Double(parts[2], path + ".centred_squares")});
  }
  return read;
}

nb::list MomentsToPython(const std::vector<BatchMoments>& moments) {
  nb::list list;
  for (const BatchMoments& one : moments) {
    list.append(nb::make_tuple(one.weight, one.mean, one.centred_squares));
  }
  return list;
}

}  // namespace advantaged::python
