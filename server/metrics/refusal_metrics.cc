#include "server/metrics/refusal_metrics.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "server/codec/arrays.h"

namespace advantaged {
namespace {

constexpr const char* kOther = "other";

// "rewards" of "rewards_float32_le[3]", "method" of "method.rloo_k.k": both fields of an array
// count as one.
std::string_view FieldOf(std::string_view path) {
  return ArrayOfField(path.substr(0, path.find_first_of(".[")));
}

bool IsValid(const std::string& bitmap, std::size_t i) {
  return i / 8 >= bitmap.size() || (static_cast<unsigned char>(bitmap[i / 8]) >> i % 8 & 1) != 0;
}

// NaN and infinite rewards that the mask does not excuse.
std::uint64_t CountNonFinite(const v1::ComputeAdvantagesRequest& request) {
  std::uint64_t count = 0;
  const auto look = [&](float reward, std::size_t i) {
    count += !std::isfinite(reward) && IsValid(request.valid(), i) ? 1U : 0U;
  };
  std::size_t i = 0;
  for (const float reward : (request.*kRewards.packed)()) look(reward, i++);
  const std::string& bytes = (request.*kRewards.bytes)();
  for (i = 0; i < bytes.size() / sizeof(float); ++i) {
    float reward = 0;
    std::memcpy(&reward, bytes.data() + i * sizeof reward, sizeof reward);
    look(reward, i);
  }
  return count;
}

}  // namespace

RefusalMetrics::RefusalMetrics(prometheus::Registry& registry)
    : nonfinite_(CounterFamily(registry, "advantaged_nonfinite_inputs_total",
                               "NaN and infinite rewards of valid responses, in refused calls.")
                     .Add({})) {
  auto& family = CounterFamily(registry, "advantaged_invalid_requests_total",
                               "ComputeAdvantages calls refused as INVALID_ARGUMENT, by the field "
                               "of the request that the first violation names.");
  const auto& message = *v1::ComputeAdvantagesRequest::descriptor();
  for (int i = 0; i < message.field_count(); ++i) {
    const std::string field(FieldOf(message.field(i)->name()));
    by_field_[field] = &family.Add({{"field", field}});
  }
  by_field_[kOther] = &family.Add({{"field", kOther}});
}

void RefusalMetrics::Count(const v1::ComputeAdvantagesRequest& request,
                           const Violations& violations) {
  const auto named = by_field_.find(FieldOf(violations.listed().front().field));
  (named != by_field_.end() ? named : by_field_.find(kOther))->second->Increment();
  nonfinite_.Increment(static_cast<double>(CountNonFinite(request)));
}

}  // namespace advantaged
