#include "cli/bench/sample_batch.h"

#include <random>
#include <vector>

#include "base/text.h"

namespace advantaged::cli {
namespace {

// std::uniform_real_distribution differs between libraries, mt19937 does not.
std::vector<float> Draw(const SampleBatch& batch) {
  std::mt19937 random(batch.seed);
  std::vector<float> rewards(batch.responses);
  for (float& reward : rewards) {
    const std::uint32_t bits = static_cast<std::uint32_t>(random()) >> 8;
    reward = batch.binary ? static_cast<float>(bits & 1U) : static_cast<float>(bits) * 0x1p-24F;
  }
  return rewards;
}

std::string AsBits(const std::vector<float>& rewards) {
  std::string bits((rewards.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    if (rewards[i] == 1) bits[i / 8] = static_cast<char>(bits[i / 8] | (1 << (i % 8)));
  }
  return bits;
}

v1::ReplyForm AskedFor(SampleBatch::Reply reply) {
  switch (reply) {
    case SampleBatch::Reply::kFloats:
      return v1::REPLY_FORM_ADVANTAGES;
    case SampleBatch::Reply::kBytes:
      return v1::REPLY_FORM_ADVANTAGES_FLOAT32_LE;
    case SampleBatch::Reply::kPerGroup:
      return v1::REPLY_FORM_ADVANTAGES_PER_GROUP;
  }
  return v1::REPLY_FORM_UNSPECIFIED;
}

}  // namespace

v1::ComputeAdvantagesRequest MakeRequest(const SampleBatch& batch, const v1::MethodSpec& method) {
  v1::ComputeAdvantagesRequest request;
  *request.mutable_method() = method;
  request.set_group_size(batch.group_size);
  request.set_reply_form(AskedFor(batch.reply));
  request.set_observe(false);
  const std::vector<float> rewards = Draw(batch);
  switch (batch.form) {
    case SampleBatch::Form::kFloats:
      request.mutable_rewards()->Add(rewards.begin(), rewards.end());
      break;
    case SampleBatch::Form::kBytes:
      request.set_rewards_float32_le(rewards.data(), rewards.size() * sizeof(float));
      break;
    case SampleBatch::Form::kBits:
      request.set_reward_bits(AsBits(rewards));
      request.set_response_count(batch.responses);
      break;
  }
  return request;
}

std::string CheckAnswer(const SampleBatch& batch, const v1::ComputeAdvantagesResponse& answer) {
  const bool pairs = batch.reply == SampleBatch::Reply::kPerGroup;
  const std::size_t wanted =
      pairs ? 2 * std::size_t{batch.responses / batch.group_size} : batch.responses;
  const std::size_t got = static_cast<std::size_t>(answer.advantages_size()) +
                          answer.advantages_float32_le().size() / sizeof(float) +
                          static_cast<std::size_t>(answer.advantages_per_group_size());
  if (got == wanted) return "";
  return Concat("answers ", batch.responses, " responses with ", got, " numbers instead of ",
                wanted);
}

}  // namespace advantaged::cli
