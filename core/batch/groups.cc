#include "core/batch/groups.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/counted.h"
#include "base/text.h"
#include "core/batch/dense_ids.h"
#include "core/violations/sentence.h"

namespace advantaged {
namespace {

constexpr std::string_view kNoResponse = "0; a group has at least 1 response";

std::string TooLarge(std::size_t size) {
  return Concat(size, " responses in a group; at most ", kMaxGroupSize, " are allowed");
}

}  // namespace

Groups Groups::Make(const Batch& batch, std::size_t responses, Violations& violations) {
  Groups groups;
  const int forms = static_cast<int>(batch.group_size.has_value()) +
                    static_cast<int>(!batch.group_sizes.empty()) +
                    static_cast<int>(!batch.group_ids.empty());
  if (forms != 1) {
    violations.Add("group_size",
                   Concat("exactly one of group_size, group_sizes and group_ids must be set; ",
                          forms == 0 ? "none is" : "more than one is"));
    return groups;
  }
  if (responses == 0) return groups;
  if (batch.group_size) {
    groups.OfSize(*batch.group_size, responses, violations);
  } else if (!batch.group_sizes.empty()) {
    groups.OfSizes(batch.group_sizes, responses, violations);
  } else {
    groups.OfIds(batch.group_ids, responses, violations);
  }
  return groups;
}

Groups Groups::Of(std::span<const std::uint32_t> group_of,
                  std::span<const std::uint32_t> members) const {
  Groups groups;
  groups.ids_ = ids_;
  std::vector<std::uint32_t> sizes(count());
  for (const std::uint32_t group : group_of) ++sizes[group];
  groups.Distribute(sizes, group_of);
  if (groups.contiguous()) {
    groups.members_.assign(members.begin(), members.end());
  } else {
    for (std::uint32_t& member : groups.members_) member = members[member];
  }
  return groups;
}

std::size_t Groups::BlockEnd(std::size_t first, std::size_t members) const {
  if (uniform_size_ > 0) {
    return std::min(count_, first + std::max<std::size_t>(1, members / uniform_size_));
  }
  std::size_t last = first + 1;
  while (last < count_ && offsets_[last + 1] - offsets_[first] <= members) ++last;
  return last;
}

std::uint32_t Groups::CountValid(std::size_t group, const BitSpan& valid) const {
  const std::uint32_t declared = size(group);
  if (valid.empty()) return declared;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < declared; ++i) {
    count += static_cast<std::uint32_t>(valid[member(group, i)]);
  }
  return count;
}

bool Groups::AnyValid(std::size_t group, const BitSpan& valid) const {
  if (valid.empty()) return true;
  for (std::uint32_t i = 0; i < size(group); ++i) {
    if (valid[member(group, i)]) return true;
  }
  return false;
}

Sentence Groups::Name(std::size_t group) const {
  return NameOfGroup(group, ids_.empty() ? std::nullopt : std::optional(ids_[group]));
}

std::string Groups::Field(std::size_t group, const Batch& batch) const {
  if (batch.group_size) return "group_size";
  if (ids_.empty()) return At("group_sizes", group);
  return At("group_ids", member(group, 0));
}

void Groups::OfSize(std::uint32_t size, std::size_t responses, Violations& violations) {
  if (size == 0) {
    violations.Add("group_size", kNoResponse);
  } else if (size > kMaxGroupSize) {
    violations.Add("group_size", TooLarge(size));
  } else if (responses % size != 0) {
    violations.Add("group_size", Compose(ValueOf(size), " does not divide the ",
                                         Counted(responses, "response", "responses")));
  } else {
    count_ = responses / size;
    uniform_size_ = size;
  }
}

void Groups::OfSizes(std::span<const std::uint32_t> sizes, std::size_t responses,
                     Violations& violations) {
  if (sizes.size() > responses) {
    violations.Add("group_sizes",
                   Concat(Counted(sizes.size(), "size", "sizes"), " for ",
                          Counted(responses, "response", "responses"), "; a group has at least 1"));
    return;
  }
  const std::size_t before = violations.count();
  std::uint64_t sum = 0;
  for (std::size_t g = 0; g < sizes.size(); ++g) {
    if (sizes[g] == 0 || sizes[g] > kMaxGroupSize) {
      violations.Add([&] { return At("group_sizes", g); },
                     [&] { return sizes[g] == 0 ? Sentence(kNoResponse) : TooLarge(sizes[g]); });
    }
    sum += sizes[g];
  }
  if (sum != responses) {
    violations.Add("group_sizes", Concat("sum to ", sum, "; the batch has ",
                                         Counted(responses, "response", "responses")));
  }
  if (violations.count() > before) return;
  SetSizes(sizes);
}

void Groups::OfIds(std::span<const std::uint32_t> ids, std::size_t responses,
                   Violations& violations) {
  if (ids.size() != responses) {
    violations.Add("group_ids", Concat(Counted(ids.size(), "id", "ids"), " for ",
                                       Counted(responses, "response", "responses")));
    return;
  }
  DenseIds dense = Densify(ids);
  ids_ = std::move(dense.distinct);
  Distribute(dense.counts, dense.places);
  for (std::size_t g = 0; g < ids_.size(); ++g) {
    if (size(g) > kMaxGroupSize) {
      violations.Add("group_ids", Compose(Name(g), ": ", TooLarge(size(g))));
    }
  }
}

void Groups::Distribute(std::span<const std::uint32_t> sizes,
                        std::span<const std::uint32_t> group_of) {
  SetSizes(sizes);
  // Members that stand side by side already, group by group, need no list.
  if (std::ranges::is_sorted(group_of)) return;
  members_.resize(group_of.size());
  std::vector<std::uint32_t> next(count_);
  for (std::size_t g = 0; g < count_; ++g) next[g] = static_cast<std::uint32_t>(begin(g));
  for (std::size_t i = 0; i < group_of.size(); ++i) {
    members_[next[group_of[i]]++] = static_cast<std::uint32_t>(i);
  }
}

void Groups::SetSizes(std::span<const std::uint32_t> sizes) {
  count_ = sizes.size();
  const bool uniform = count_ > 0 && sizes[0] > 0 &&
                       std::ranges::all_of(sizes, [&](auto size) { return size == sizes[0]; });
  uniform_size_ = uniform ? sizes[0] : 0;
  if (uniform) return;
  offsets_.resize(count_ + 1);
  std::partial_sum(sizes.begin(), sizes.end(), offsets_.begin() + 1);
}

}  // namespace advantaged
