#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/compute/output.h"
#include "cli/terminal/json_text.h"
#include "cli/terminal/standard_output.h"

namespace advantaged::cli {
namespace {

template <typename Number>
void AppendNumber(std::string& text, Number value) {
  Append(text, value);
  // "-0" is a whole number to JSON readers, and those have no negative zero.
  if (value == 0 && std::signbit(value)) text += ".0";
}

template <typename Number>
void AppendField(std::string& text, std::string_view name, const std::optional<Number>& value) {
  if (!value) return;
  Append(text, Concat(",\"", name, "\":"));
  AppendNumber(text, *value);
}

void AppendPassAtK(std::string& text, const GroupResult& group) {
  if (group.pass_at_k.empty()) return;
  text += ",\"pass_at_k\":{";
  for (const auto& [k, value] : group.pass_at_k) {
    Append(text, Concat(text.back() == '{' ? "\"" : ",\"", k, "\":"));
    AppendNumber(text, value);
  }
  text += '}';
}

class JsonlOutput : public Output {
 public:
  void Write(std::span<const GroupResult> groups,
             const v1::ComputeAdvantagesResponse& /*reply*/) override {
    constexpr std::size_t kChunk = 1 << 20;
    std::vector<std::pair<const PlacedRow*, float>> all_rows;
    std::string text;
    for (const GroupResult& group : groups) {
      const RowGroup& rows = group.group->rows;
      for (std::size_t i = 0; i < rows.size(); ++i)
        all_rows.emplace_back(rows[i], group.advantages[i]);
      if (!rows.empty()) continue;
      text += JsonLine(group);
      if (text.size() < kChunk) continue;
      WriteOut(text);
      text.clear();
    }
    // Rows of a group may stand anywhere.
    std::ranges::sort(all_rows, {}, [](const auto& row) { return row.first->number; });
    for (const auto& [row, advantage] : all_rows) {
      text += row->text.substr(0, row->text.rfind('}'));
      text += ",\"advantage\":";
      AppendNumber(text, advantage);
      text += "}\n";
    }
    WriteOut(text);
  }
};

}  // namespace

std::string JsonLine(const GroupResult& group) {
  std::string text = "{";
  if (group.group->id) {
    Append(text, Concat("\"group\":", JsonQuoted(*group.group->id), ","));
  }
  text += "\"advantages\":[";
  for (const float advantage : group.advantages) {
    if (text.back() != '[') text += ',';
    AppendNumber(text, advantage);
  }
  Append(text, Concat("],\"n\":", group.n));
  if (group.c) Append(text, Concat(",\"c\":", *group.c));
  AppendField(text, "rho", group.rho);
  AppendPassAtK(text, group);
  AppendField(text, "mean", group.mean);
  AppendField(text, "sd", group.sd);
  if (group.zero_variance) {
    Append(text, Concat(",\"zero_variance\":", *group.zero_variance ? "true" : "false"));
  }
  AppendField(text, "priority", group.priority);
  return text += "}\n";
}

std::unique_ptr<Output> MakeJsonlOutput() { return std::make_unique<JsonlOutput>(); }

}  // namespace advantaged::cli
