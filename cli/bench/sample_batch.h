// The batch that `advctl bench` sends again and again.
#ifndef ADVANTAGED_CLI_BENCH_SAMPLE_BATCH_H_
#define ADVANTAGED_CLI_BENCH_SAMPLE_BATCH_H_

#include <cstdint>
#include <string>

#include "advantaged/v1/compute.pb.h"

namespace advantaged::cli {

struct SampleBatch {
  enum class Form { kFloats, kBytes, kBits };       // of the rewards
  enum class Reply { kFloats, kBytes, kPerGroup };  // of the advantages

  std::uint32_t responses = 0;
  std::uint32_t group_size = 8;  // divides `responses`
  bool binary = true;            // rewards of 0 and 1, each as likely; else uniform in [0, 1)
  Form form = Form::kBytes;      // kBits: only where `binary`
  Reply reply = Reply::kBytes;
  std::uint32_t seed = 1;  // the same rewards for the same seed, on every machine
};

// With `observe` false, so that a benchmark does not show in anybody's success rates.
v1::ComputeAdvantagesRequest MakeRequest(const SampleBatch& batch, const v1::MethodSpec& method);

// What is wrong with an answer: another number of advantages than was asked for. "" if nothing is.
std::string CheckAnswer(const SampleBatch& batch, const v1::ComputeAdvantagesResponse& answer);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_BENCH_SAMPLE_BATCH_H_
