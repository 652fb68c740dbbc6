// advantaged_local._core, the module. Its stub, src/advantaged_local/_core.pyi, says what each
// argument and attribute is.
#include <advantaged/advantaged.h>
#include <advantaged/catalog.h>
#include <nanobind/nanobind.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "client/python_local/src/array.h"
#include "client/python_local/src/catalog.h"
#include "client/python_local/src/method.h"
#include "client/python_local/src/result.h"
#include "client/python_local/src/scalar.h"
#include "client/python_local/src/stages.h"

namespace advantaged::python {
namespace {

using nanobind::literals::operator""_a;

std::vector<std::uint32_t> ReadPassAt(nb::handle pass_at) {
  std::vector<std::uint32_t> read;
  if (pass_at.is_none()) return read;
  if (PyUnicode_Check(pass_at.ptr()) || !nb::hasattr(pass_at, "__iter__")) {
    RefuseType("pass_at", pass_at, "a sequence of whole numbers");
  }
  for (const nb::handle k : nb::iter(pass_at)) {
    read.push_back(Uint32(k, At("pass_at", read.size())));
  }
  return read;
}

SmallGroupPolicy ReadPolicy(nb::handle policy, const char* argument) {
  return static_cast<SmallGroupPolicy>(
      Choice(policy, argument, {"zero", "error", "raw", "clamp_k"}));
}

template <typename Number>
void RefuseOverlap(std::span<const float> out, std::span<const Number> in, const char* argument) {
  if (out.empty() || in.empty()) return;
  const std::less<const void*> before;
  if (before(out.data(), in.data() + in.size()) && before(in.data(), out.data() + out.size())) {
    throw nb::value_error(
        Concat({"out: shares memory with ", argument, ", which is still read while out is written"})
            .c_str());
  }
}

LocalResult Compute(nb::handle method, nb::handle parameters, nb::handle rewards,
                    nb::handle group_size, nb::handle group_sizes, nb::handle group_ids,
                    nb::handle expected_group_size, nb::handle valid, nb::handle outcomes,
                    nb::handle lengths, nb::handle trajectory_ids, nb::handle trajectory_reward,
                    nb::handle success_threshold, nb::handle shape_rewards,
                    nb::handle zero_unless_mixed, nb::handle constant_tolerance,
                    nb::handle small_group, nb::handle declared_small_group, nb::handle pass_at,
                    nb::handle stages, nb::handle allow_recentering, nb::handle batch_moments,
                    nb::handle moments_only, nb::handle statistics, nb::handle out) {
  Request request;
  request.method = ReadMethod(method, parameters);

  const Array<const float> rewards_array(rewards, "rewards");
  const Array<const std::uint32_t> sizes_array(group_sizes, "group_sizes");
  const Array<const std::uint32_t> ids_array(group_ids, "group_ids");
  const Array<const std::uint32_t> lengths_array(lengths, "lengths");
  const Array<const std::uint32_t> trajectories_array(trajectory_ids, "trajectory_ids");
  const std::size_t rows = rewards_array.numbers().size();
  const Bitmap valid_bits(valid, "valid", rows);
  const Bitmap outcome_bits(outcomes, "outcomes", rows);
  Batch& batch = request.batch;
  batch.rewards = rewards_array.numbers();
  batch.group_size = Optional(group_size, "group_size", Uint32);
  batch.group_sizes = sizes_array.numbers();
  batch.group_ids = ids_array.numbers();
  batch.expected_group_size = Optional(expected_group_size, "expected_group_size", Uint32);
  batch.valid = valid_bits.bits();
  batch.outcomes = outcome_bits.bits();
  batch.lengths = lengths_array.numbers();
  batch.trajectory_ids = trajectories_array.numbers();
  if (!trajectory_reward.is_none()) {
    batch.trajectory_reward = static_cast<TrajectoryReward>(
        Choice(trajectory_reward, "trajectory_reward", {"equal_or_error", "last", "sum"}));
  }

  Options& options = request.options;
  options.success_threshold = Optional(success_threshold, "success_threshold", Double);
  options.shape_rewards = Flag(shape_rewards, "shape_rewards");
  options.zero_unless_mixed = Flag(zero_unless_mixed, "zero_unless_mixed");
  options.constant_tolerance = Double(constant_tolerance, "constant_tolerance");
  options.small_group = ReadPolicy(small_group, "small_group");
  options.declared_small_group = ReadPolicy(declared_small_group, "declared_small_group");
  options.pass_at = ReadPassAt(pass_at);
  options.group_statistics = Flag(statistics, "statistics");
  options.stages = ReadStages(stages);
  options.allow_recentering = Flag(allow_recentering, "allow_recentering");
  options.batch_moments = ReadMoments(batch_moments);
  options.moments_only = Flag(moments_only, "moments_only");

  // With `moments_only` there are no advantages, and what was brought for them is left alone.
  nb::object advantages = options.moments_only ? nb::none()
                          : out.is_none()      ? NewArray(rows, Dtype::kFloat32)
                                               : nb::borrow(out);
  const Array<float> room(advantages, "out", true);
  RefuseOverlap<float>(room.numbers(), batch.rewards, "rewards");
  RefuseOverlap(room.numbers(), batch.group_sizes, "group_sizes");
  RefuseOverlap(room.numbers(), batch.group_ids, "group_ids");
  RefuseOverlap(room.numbers(), batch.lengths, "lengths");
  RefuseOverlap(room.numbers(), batch.trajectory_ids, "trajectory_ids");

  LocalResult local;
  {
    const nb::gil_scoped_release released;
    local.result = ComputeInto(request, room.numbers());
  }
  const bool ok = local.result.ok();
  local.advantages = ok ? std::move(advantages) : nb::none();
  local.has_summary = ok && !options.moments_only;
  local.has_statistics = local.has_summary && options.group_statistics;
  local.by_ids = !batch.group_ids.empty();
  local.pass_at = std::move(options.pass_at);
  return local;
}

}  // namespace

NB_MODULE(_core, module) {
  ImportNumPy();
  module.doc() = "The C++ core of advantaged.";
  module.attr("version") = ADVANTAGED_LOCAL_VERSION;
  module.attr("numerics_version") = kNumericsVersion;
  module.attr("instruction_set") = InstructionSet().c_str();
  BindResult(module);
  BindCatalog(module);
  // None is let through everywhere: where it is no value, the messages of scalar.h say so better.
  module.def("compute", &Compute, nb::kw_only(), "method"_a.none(), "parameters"_a = nb::none(),
             "rewards"_a = nb::none(), "group_size"_a = nb::none(), "group_sizes"_a = nb::none(),
             "group_ids"_a = nb::none(), "expected_group_size"_a = nb::none(),
             "valid"_a = nb::none(), "outcomes"_a = nb::none(), "lengths"_a = nb::none(),
             "trajectory_ids"_a = nb::none(), "trajectory_reward"_a = nb::none(),
             "success_threshold"_a = nb::none(), "shape_rewards"_a.none() = false,
             "zero_unless_mixed"_a.none() = false, "constant_tolerance"_a.none() = 0.0,
             "small_group"_a.none() = "zero", "declared_small_group"_a.none() = "error",
             "pass_at"_a = nb::none(), "stages"_a = nb::none(),
             "allow_recentering"_a.none() = false, "batch_moments"_a = nb::none(),
             "moments_only"_a.none() = false, "statistics"_a.none() = false, "out"_a = nb::none());
}

}  // namespace advantaged::python
