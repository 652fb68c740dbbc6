#include <algorithm>
#include <functional>
#include <map>

#include "advantaged/client/method_spec.h"
#include "base/counted.h"
#include "base/text.h"
#include "cli/compute/output.h"
#include "cli/terminal/standard_output.h"
#include "cli/terminal/text_table.h"

namespace advantaged::cli {
namespace {

constexpr std::size_t kShownGroups = 20;
constexpr std::size_t kNameWidth = 36;

template <typename Number>
std::string Cell(const std::optional<Number>& value) {
  return value ? Rounded(*value) : "";
}

// "1.225 ×4, -0.8165 ×6", or the range if there are more than three values.
std::string DescribeAdvantages(std::span<const float> advantages) {
  constexpr std::size_t kListed = 3;
  std::map<float, std::size_t, std::greater<>> counts;
  for (const float advantage : advantages) ++counts[advantage];
  if (counts.size() > kListed) {
    return Concat(Rounded(counts.begin()->first), " … ", Rounded(counts.rbegin()->first), " (",
                  counts.size(), " values)");
  }
  std::string text;
  for (const auto& [value, count] : counts) {
    Append(text, Concat(text.empty() ? "" : ", ", Rounded(value), " ×", count));
  }
  return text;
}

std::string Share(std::uint32_t part, std::uint32_t whole) {
  return Concat(part, " (", Rounded(whole == 0 ? 0 : 100.0 * part / whole, 3), " %)");
}

// "all fail 12 (30 %)   mixed 8 (20 %) …" of the outcomes that occur.
std::string DescribeOutcomes(const v1::Summary& s) {
  const std::pair<const char*, std::uint32_t> outcomes[] = {
      {"all fail", s.all_fail_groups()}, {"mixed", s.mixed_groups()},
      {"all pass", s.all_pass_groups()}, {"constant", s.constant_groups()},
      {"varied", s.varied_groups()},     {"empty", s.empty_groups()}};
  std::string text;
  for (const auto& [name, count] : outcomes) {
    if (count == 0) continue;
    Append(text, Concat(text.empty() ? "" : "   ", name, " ", Share(count, s.groups())));
  }
  return text;
}

std::string DescribeSuccess(const v1::Summary& s) {
  if (!s.has_mean_success_rate()) return "unknown: the rewards are not all 0 or 1";
  std::string text = Rounded(s.mean_success_rate());
  for (const v1::PassAtK& pass : s.pass_at_k()) {
    const std::string mean = pass.has_mean() ? Rounded(pass.mean()) : "no group of that size";
    Append(text, Concat("   Pass@", pass.k(), " ", mean));
  }
  return text;
}

class TableOutput : public Output {
 public:
  explicit TableOutput(std::vector<std::uint32_t> pass_at) : pass_at_(std::move(pass_at)) {
    using enum TextTable::Align;
    table_.AddColumn("group", kLeft);
    for (const char* title : {"n", "c", "rho"}) table_.AddColumn(title, kRight);
    for (const std::uint32_t k : pass_at_) table_.AddColumn(Concat("Pass@", k), kRight);
    for (const char* title : {"mean", "sd"}) table_.AddColumn(title, kRight);
    table_.AddColumn("advantages", kLeft);
  }

  void Write(std::span<const GroupResult> groups,
             const v1::ComputeAdvantagesResponse& reply) override {
    const auto shown = groups.first(std::min(groups.size(), kShownGroups));
    for (const GroupResult& group : shown) AddRow(group);
    std::string text = table_.Format();
    if (groups.size() > shown.size()) {
      Append(text,
             Concat("… and ", groups.size() - shown.size(), " more; --output jsonl prints all\n"));
    }
    WriteOut(text + "\n" + Summary(reply));
  }

 private:
  void AddRow(const GroupResult& group) {
    std::vector<std::string> cells = {
        group.group->id ? Truncated(*group.group->id, kNameWidth) : Text(group.group->place),
        Concat(group.n), group.c ? Concat(*group.c) : "", Cell(group.rho)};
    for (const std::uint32_t k : pass_at_) {
      const auto found =
          std::ranges::find(group.pass_at_k, k, [](const auto& p) { return p.first; });
      cells.push_back(found == group.pass_at_k.end() ? "" : Rounded(found->second));
    }
    cells.insert(cells.end(),
                 {Cell(group.mean), Cell(group.sd), DescribeAdvantages(group.advantages)});
    table_.AddRow(std::move(cells));
  }

  static std::string Summary(const v1::ComputeAdvantagesResponse& reply) {
    const v1::Summary& s = reply.summary();
    const std::string masked =
        s.masked_responses() == 0 ? "" : Concat(" (and ", s.masked_responses(), " masked)");
    return Concat("method        ", client::FormatMethodSpec(reply.method()), "\n",
                  "input         ", Counted(s.groups(), "group", "groups"), ", ",
                  Counted(s.responses(), "response", "responses"), masked, "\n", "outcomes      ",
                  DescribeOutcomes(s), "\n", "success rate  ", DescribeSuccess(s), "\n",
                  "no signal     ", Rounded(100 * s.no_signal_share(), 3),
                  " % of groups: every advantage is 0\n", "|advantage|   mean ",
                  Rounded(s.mean_absolute_advantage()), "   sd ",
                  Rounded(s.sd_absolute_advantage()), "   max ",
                  Rounded(s.max_absolute_advantage()), "\n", "weight        +",
                  Rounded(s.positive_weight()), "   -", Rounded(s.negative_weight()), "\n");
  }

  TextTable table_;
  std::vector<std::uint32_t> pass_at_;
};

}  // namespace

std::unique_ptr<Output> MakeTableOutput(std::vector<std::uint32_t> pass_at) {
  return std::make_unique<TableOutput>(std::move(pass_at));
}

}  // namespace advantaged::cli
