// In which form a batch travels, there and back. The bits of the advantages do not depend on it.
#ifndef ADVANTAGED_CLIENT_CPP_FORMS_H_
#define ADVANTAGED_CLIENT_CPP_FORMS_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#include "advantaged/client/batch.h"

namespace advantaged::client {

struct Forms {
  // Rewards as a bitmap. A masked reward that is neither 0 nor 1 becomes 0.
  bool reward_bits = false;
  // Advantages as a pair for each group; Expand makes one for each row of it.
  bool reply_per_group = false;
};

// The smallest forms that this batch may take.
Forms ChooseForms(const Batch& batch, const Settings& settings);

// True if this is the float32 1, which travels as a set bit. By its bits, which is faster.
inline bool IsOne(float reward) {
  return std::bit_cast<std::uint32_t>(reward) == std::bit_cast<std::uint32_t>(1.0F);
}

// Of a bitmap of so many rows.
constexpr std::size_t BitmapBytes(std::size_t rows) { return (rows + 7) / 8; }

// Of a reply in `advantages_per_group`: fills `advantages` for all rows of the batch. False if the
// reply has not as many groups as the batch, so that it cannot be the answer.
bool Expand(const Batch& batch, Reply& reply);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_FORMS_H_
