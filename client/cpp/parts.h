// Cutting a batch that a server would not take, between groups.
#ifndef ADVANTAGED_CLIENT_CPP_PARTS_H_
#define ADVANTAGED_CLIENT_CPP_PARTS_H_

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "advantaged/client/batch.h"
#include "client/cpp/forms.h"

namespace advantaged::client {

// Some groups of a batch, whole, in their order.
struct Part {
  std::size_t first_group = 0;
  std::size_t groups = 0;
  std::size_t first_row = 0;  // of contiguous groups
  std::size_t row_count = 0;
  // Of groups by ids: the rows, ascending. Empty: `row_count` rows from `first_row` on.
  std::vector<std::uint32_t> rows{};

  // The row of the batch that is row `i` of the part.
  std::size_t RowOf(std::size_t i) const { return rows.empty() ? first_row + i : rows[i]; }
};

// All of a batch; its groups may be anything.
Part WholeBatch(const Batch& batch);

// What one call may have.
struct CallLimits {
  std::size_t bytes;
  std::size_t rows;
};

// Of a bitmap of so many rows.
constexpr std::size_t BitmapBytes(std::size_t rows) { return (rows + 7) / 8; }

// At most how many bytes the arrays of a batch take in a request, whatever their lengths; and those
// of a part of a batch whose arrays fit together.
std::size_t MostArrayBytes(const Batch& batch, const Forms& forms);
std::size_t MostArrayBytes(const Batch& batch, const Forms& forms, std::size_t rows,
                           std::size_t groups);

// The batch in parts, each with as many groups as the limits allow beside `other_bytes` of what is
// no array. INVALID_ARGUMENT, as a server would say it, if the groups are not those of the batch;
// RESOURCE_EXHAUSTED if one group alone is over the limits.
absl::StatusOr<std::vector<Part>> Cut(const Batch& batch, const Forms& forms,
                                      std::size_t other_bytes, const CallLimits& limits);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_PARTS_H_
