#include "client/cpp/forms.h"

#include <algorithm>
#include <bit>

namespace advantaged::client {
namespace {

constexpr std::uint32_t kOneBits = std::bit_cast<std::uint32_t>(1.0F);

// By their bits: −0 is a 0 to some methods and comes back as −0, which a bitmap cannot carry.
bool IsBinary(float reward) { return std::bit_cast<std::uint32_t>(reward) == 0 || IsOne(reward); }

bool AllBinary(const Batch& batch) {
  // Without a look at the mask first: that loop is vectorized. In blocks, for most batches of real
  // rewards begin with one.
  constexpr std::size_t kBlock = 256;
  bool all = true;
  for (std::size_t begin = 0; all && begin < batch.rewards.size(); begin += kBlock) {
    unsigned others = 0;
    for (const float reward :
         batch.rewards.subspan(begin, std::min(kBlock, batch.rewards.size() - begin))) {
      const auto bits = std::bit_cast<std::uint32_t>(reward);
      others |= static_cast<unsigned>(bits != 0) & static_cast<unsigned>(bits != kOneBits);
    }
    all = others == 0;
  }
  if (all || batch.valid.empty()) return all;
  for (std::size_t i = 0; i < batch.rewards.size(); ++i) {
    if (batch.valid[i] && !IsBinary(batch.rewards[i])) return false;
  }
  return true;
}

// Whether the mask is one of this batch; what is not is for the server to refuse.
bool Fits(const Mask& mask, std::size_t rows) {
  if (mask.empty()) return true;
  return mask.is_bitmap() ? mask.bytes().size() == BitmapBytes(rows) : mask.values().size() == rows;
}

}  // namespace

Forms ChooseForms(const Batch& batch, const Settings& settings) {
  Forms forms;
  forms.reward_bits = !batch.rewards.empty() && !settings.has_success_threshold() &&
                      settings.trajectory_reward() != v1::TRAJECTORY_REWARD_SUM &&
                      Fits(batch.valid, batch.rewards.size()) && AllBinary(batch);
  // Groups by ids would have to be looked up for each row, which costs more than the bytes do.
  forms.reply_per_group = forms.reward_bits && batch.group_ids.empty() && batch.outcomes.empty() &&
                          batch.trajectory_ids.empty() && settings.stages_size() == 0 &&
                          !settings.shape_rewards() && !settings.moments_only() &&
                          settings.small_group() != v1::SMALL_GROUP_POLICY_RAW &&
                          settings.declared_small_group() != v1::SMALL_GROUP_POLICY_RAW &&
                          settings.method().method_case() != v1::MethodSpec::kOpo;
  return forms;
}

bool Expand(const Batch& batch, Reply& reply) {
  const auto pairs = static_cast<std::size_t>(reply.advantages_per_group_size()) / 2;
  if (!batch.group_size && pairs != batch.group_sizes.size()) return false;
  const std::size_t rows = batch.rewards.size();
  auto& advantages = *reply.mutable_advantages();
  advantages.Resize(static_cast<int>(rows), 0);
  float* out = advantages.mutable_data();
  const float* pair = reply.advantages_per_group().data();
  std::size_t row = 0;
  for (std::size_t g = 0; g < pairs; ++g, pair += 2) {
    const std::size_t size = batch.group_size ? *batch.group_size : batch.group_sizes[g];
    if (size > rows - row) return false;
    // Chosen by a mask, not by a branch: nobody can predict rewards.
    const auto wrong = std::bit_cast<std::uint32_t>(pair[1]);
    const std::uint32_t other = wrong ^ std::bit_cast<std::uint32_t>(pair[0]);
    for (const std::size_t stop = row + size; row < stop; ++row) {
      const std::uint32_t mask = 0U - static_cast<std::uint32_t>(IsOne(batch.rewards[row]));
      *out++ = std::bit_cast<float>(wrong ^ (other & mask));
    }
  }
  if (row != rows) return false;
  if (!batch.valid.empty()) {
    out = advantages.mutable_data();
    for (row = 0; row < rows; ++row, ++out) {
      if (!batch.valid[row]) *out = 0;
    }
  }
  reply.clear_advantages_per_group();
  return true;
}

}  // namespace advantaged::client
