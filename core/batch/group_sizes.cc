#include "core/batch/group_sizes.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/counted.h"
#include "base/text.h"
#include "core/violations/sentence.h"

namespace advantaged {
namespace {

constexpr std::string_view kRemedy = "; declared_small_group can let smaller groups in";

std::string Responses(std::uint32_t n) { return Counted(n, "response", "responses"); }

bool LetsSmallOnesIn(const Request& request) {
  return request.options.declared_small_group != SmallGroupPolicy::kError;
}

// Where none are let in, all were refused.
std::size_t CountIncomplete(const Request& request, const Groups& groups, std::uint32_t complete) {
  if (!LetsSmallOnesIn(request) || groups.uniform_size() >= complete) return 0;
  const BitSpan& valid = request.batch.valid;
  std::size_t count = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    count += static_cast<std::size_t>(groups.size(g) < complete && groups.AnyValid(g, valid));
  }
  return count;
}

std::size_t CountBelow(const Batch& batch, const Groups& groups, std::uint32_t k) {
  if (batch.valid.empty() && groups.uniform_size() >= k) return 0;
  std::size_t count = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const std::uint32_t n = groups.CountValid(g, batch.valid);
    count += static_cast<std::size_t>(n > 0 && n < k);
  }
  return count;
}

}  // namespace

void CheckExpectedSizes(const Request& request, const Groups& groups, const BitSpan& valid,
                        Violations& violations) {
  const Batch& batch = request.batch;
  const std::uint32_t expected = batch.expected_group_size.value_or(0);
  if (expected == 0 || groups.uniform_size() == expected) return;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const std::uint32_t n = groups.size(g);
    if (n == expected) continue;
    const bool smaller = n < expected;
    if (smaller && (LetsSmallOnesIn(request) || !groups.AnyValid(g, valid))) continue;
    violations.Add([&] { return groups.Field(g, batch); },
                   [&] {
                     return Compose(groups.Name(g), " has ", Responses(n),
                                    "; expected_group_size is ", expected, smaller ? kRemedy : "");
                   });
  }
}

void CheckNeededSizes(const Request& request, const ResolvedMethod& method, const Groups& groups,
                      const BitSpan& valid, Violations& violations) {
  const std::uint32_t needed = method.row->smallest_group(method.parameters);
  if (groups.uniform_size() >= needed || LetsSmallOnesIn(request)) return;
  Parameters least_k = method.parameters;
  least_k.k = 1;
  const std::uint32_t needed_for_any_k = method.row->smallest_group(least_k);
  std::size_t short_of_k = 0;
  std::size_t first = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const std::uint32_t n = groups.size(g);
    if (n >= needed || !groups.AnyValid(g, valid)) continue;
    if (n < needed_for_any_k) {
      violations.Add([&] { return groups.Field(g, request.batch); },
                     [&] {
                       return Compose(groups.Name(g), " has ", Responses(n), "; ", method.row->name,
                                      " needs at least ", needed_for_any_k, kRemedy);
                     });
      const bool all_alike = request.batch.group_size && request.batch.trajectory_ids.empty();
      if (all_alike) break;
    } else if (short_of_k++ == 0) {
      first = g;
    }
  }
  if (short_of_k == 0) return;
  const std::uint32_t n = groups.size(first);
  violations.Add(
      Concat("method.", method.row->name, ".k"),
      Compose(ValueOf(method.parameters.k), " is above ", n - (needed - method.parameters.k),
              ", the most that ", groups.Name(first), " of ", Responses(n), " allows",
              short_of_k == 1 ? std::string()
                              : Concat("; ", short_of_k - 1, " more groups are too small"),
              kRemedy));
}

std::uint32_t CompleteSize(const Batch& batch, const ResolvedMethod& method) {
  return std::max(batch.expected_group_size.value_or(0),
                  method.row->smallest_group(method.parameters));
}

void WarnOfSizes(const Request& request, const ResolvedMethod& method, const Groups& groups,
                 std::vector<Warning>& warnings) {
  const std::uint32_t complete = CompleteSize(request.batch, method);
  const std::size_t incomplete = CountIncomplete(request, groups, complete);
  if (incomplete > 0) {
    warnings.push_back(
        {WarningCode::kIncompleteGroups,
         Concat(Counted(incomplete, "group declares", "groups declare"), " fewer than ", complete,
                " responses; declared_small_group applied"),
         static_cast<std::uint32_t>(incomplete), complete});
  }
  const std::vector<std::uint32_t>& pass_at = request.options.pass_at;
  if (pass_at.empty()) return;
  const std::uint32_t largest = *std::ranges::max_element(pass_at);
  const std::size_t below = CountBelow(request.batch, groups, largest);
  if (below > 0) {
    warnings.push_back({WarningCode::kPassAtTooLarge,
                        Concat(Counted(below, "group has", "groups have"),
                               " fewer valid responses than the largest K of pass_at, ", largest,
                               ": Pass@K is NaN where K is above n, and in no mean"),
                        static_cast<std::uint32_t>(below), largest});
  }
}

}  // namespace advantaged
