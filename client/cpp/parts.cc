#include "client/cpp/parts.h"

#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

// Tags and lengths of the arrays, and the few numbers beside them.
constexpr std::size_t kBesideArrays = 64;

// Rows of each group, in order; for ids also the group of each row.
struct Groups {
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint32_t> of_row;
};

// Groups in order of first appearance.
Groups ByIds(std::span<const std::uint32_t> ids) {
  Groups groups;
  groups.of_row.reserve(ids.size());
  std::unordered_map<std::uint32_t, std::uint32_t> index;
  for (const std::uint32_t id : ids) {
    const auto [found, is_new] =
        index.try_emplace(id, static_cast<std::uint32_t>(groups.sizes.size()));
    if (is_new) groups.sizes.push_back(0);
    ++groups.sizes[found->second];
    groups.of_row.push_back(found->second);
  }
  return groups;
}

// Arrays that have another length than the batch.
void CheckLengths(const Batch& batch, std::vector<Violation>& found) {
  const std::size_t rows = batch.rewards.size();
  const std::pair<const char*, std::span<const std::uint32_t>> arrays[] = {
      {"group_ids", batch.group_ids},
      {"lengths", batch.lengths},
      {"trajectory_ids", batch.trajectory_ids}};
  for (const auto& [name, values] : arrays) {
    if (values.empty() || values.size() == rows) continue;
    found.push_back({name, Concat(values.size(), " values for ", rows, " rows")});
  }
  for (const auto& [name, mask] : {std::pair("valid", batch.valid), {"outcomes", batch.outcomes}}) {
    const std::size_t bytes = BitmapBytes(rows);
    if (!mask.is_bitmap() || mask.bytes().size() == bytes) continue;
    found.push_back({name, Concat(mask.bytes().size(), " bytes; a bitmap of ", rows,
                                  " responses has ", bytes)});
  }
}

// What keeps a batch from being cut. Everything else is for the server to refuse.
std::vector<Violation> Check(const Batch& batch) {
  std::vector<Violation> found;
  const std::size_t rows = batch.rewards.size();
  const int forms = static_cast<int>(batch.group_size.has_value()) +
                    static_cast<int>(!batch.group_sizes.empty()) +
                    static_cast<int>(!batch.group_ids.empty());
  if (forms != 1) {
    found.push_back(
        {"group_size", Concat("exactly one of group_size, group_sizes and group_ids must be set; ",
                              forms == 0 ? "none is" : "more than one is")});
  }
  if (batch.group_size && (*batch.group_size == 0 || rows % *batch.group_size != 0)) {
    found.push_back(
        {"group_size", Concat(*batch.group_size, " does not divide the ", rows, " responses")});
  }
  const std::uint64_t sum =
      std::accumulate(batch.group_sizes.begin(), batch.group_sizes.end(), std::uint64_t{0});
  if (!batch.group_sizes.empty() && sum != rows) {
    found.push_back(
        {"group_sizes", Concat("sum to ", sum, "; the batch has ", rows, " responses")});
  }
  CheckLengths(batch, found);
  return found;
}

absl::Status GroupTooLarge(std::size_t group, std::size_t rows, std::size_t bytes,
                           const CallLimits& limits) {
  return absl::ResourceExhaustedError(
      Concat("group ", group, " alone is too large for the server: ", rows, " rows in ", bytes,
             " bytes; it takes ", limits.rows, " rows and ", limits.bytes,
             " bytes (--max-request-bytes), and a group cannot be sent in parts"));
}

}  // namespace

Part WholeBatch(const Batch& batch) {
  Part part;
  part.row_count = batch.rewards.size();
  part.groups = batch.group_sizes.size();
  return part;
}

std::size_t MostArrayBytes(const Batch& batch, const Forms& forms) {
  std::size_t bytes = kBesideArrays;
  bytes += forms.reward_bits ? BitmapBytes(batch.rewards.size()) : 4 * batch.rewards.size();
  for (const auto& array :
       {batch.group_sizes, batch.group_ids, batch.lengths, batch.trajectory_ids}) {
    bytes += 4 * array.size();
  }
  for (const Mask& mask : {batch.valid, batch.outcomes}) {
    bytes += mask.is_bitmap() ? mask.bytes().size() : BitmapBytes(mask.values().size());
  }
  return bytes;
}

std::size_t MostArrayBytes(const Batch& batch, const Forms& forms, std::size_t rows,
                           std::size_t groups) {
  std::size_t bytes = kBesideArrays;
  bytes += forms.reward_bits ? BitmapBytes(rows) : 4 * rows;
  if (!batch.group_sizes.empty()) bytes += 4 * groups;
  for (const auto& array : {batch.group_ids, batch.lengths, batch.trajectory_ids}) {
    if (!array.empty()) bytes += 4 * rows;
  }
  for (const Mask& mask : {batch.valid, batch.outcomes}) {
    if (!mask.empty()) bytes += BitmapBytes(rows);
  }
  return bytes;
}

absl::StatusOr<std::vector<Part>> Cut(const Batch& batch, const Forms& forms,
                                      std::size_t other_bytes, const CallLimits& limits) {
  if (const auto violations = Check(batch); !violations.empty()) return InvalidArgument(violations);
  Groups groups;
  if (batch.group_size) {
    groups.sizes.assign(batch.rewards.size() / *batch.group_size, *batch.group_size);
  } else if (!batch.group_sizes.empty()) {
    groups.sizes.assign(batch.group_sizes.begin(), batch.group_sizes.end());
  } else {
    groups = ByIds(batch.group_ids);
  }
  const auto fits = [&](std::size_t rows, std::size_t count) {
    return rows <= limits.rows &&
           other_bytes + MostArrayBytes(batch, forms, rows, count) <= limits.bytes;
  };
  std::vector<Part> parts(1);
  std::vector<std::uint32_t> part_of_group;
  std::size_t row = 0;
  for (std::size_t g = 0; g < groups.sizes.size(); ++g) {
    const std::size_t size = groups.sizes[g];
    if (!fits(size, 1)) {
      return GroupTooLarge(g, size, other_bytes + MostArrayBytes(batch, forms, size, 1), limits);
    }
    if (!fits(parts.back().row_count + size, parts.back().groups + 1)) {
      parts.push_back({.first_group = g, .first_row = row});
    }
    Part& part = parts.back();
    ++part.groups;
    part.row_count += size;
    row += size;
    part_of_group.push_back(static_cast<std::uint32_t>(parts.size() - 1));
  }
  for (std::size_t i = 0; i < groups.of_row.size(); ++i) {
    parts[part_of_group[groups.of_row[i]]].rows.push_back(static_cast<std::uint32_t>(i));
  }
  return parts;
}

}  // namespace advantaged::client
