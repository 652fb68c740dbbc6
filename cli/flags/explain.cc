#include "cli/flags/explain.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::cli {
namespace {

// A field that stands for a flag, as one types it, or "".
std::string Flag(std::string_view field, const FieldPath& path) {
  constexpr std::string_view kFlags[] = {"success_threshold",
                                         "small_group",
                                         "declared_small_group",
                                         "shape_rewards",
                                         "zero_unless_mixed",
                                         "constant_tolerance",
                                         "expected_group_size",
                                         "pass_at",
                                         "method",
                                         "n",
                                         "points",
                                         "rho"};
  constexpr std::string_view kMethod = "method.";
  if (field.starts_with(kMethod)) {
    const std::size_t dot = field.find('.', kMethod.size());
    if (dot == std::string_view::npos) return std::string(field.substr(kMethod.size()));
    return Concat("-p ", field.substr(dot + 1));
  }
  if (std::ranges::find(kFlags, path.name) == std::end(kFlags)) return "";
  std::string flag = Concat("--", path.name);
  std::ranges::replace(flag, '_', '-');
  if (path.name == "rho" && path.index) Append(flag, Concat("[", *path.index, "]"));
  return flag;
}

}  // namespace

FieldPath ReadFieldPath(std::string_view field) {
  const std::size_t bracket = field.find('[');
  FieldPath path{field.substr(0, bracket), std::nullopt};
  if (bracket == std::string_view::npos) return path;
  std::size_t index = 0;
  const char* begin = field.data() + bracket + 1;
  const auto [stop, error] = std::from_chars(begin, field.data() + field.size(), index);
  if (error == std::errc() && *stop == ']') path.index = index;
  return path;
}

std::string ExplainFlag(const client::Violation& violation) {
  std::string name = Flag(violation.field, ReadFieldPath(violation.field));
  if (name.empty()) name = violation.field;
  return name.empty() ? violation.description : Concat(name, ": ", violation.description);
}

std::string Explain(const absl::Status& status,
                    const std::function<std::string(const client::Violation&)>& explain) {
  const std::vector<client::Violation> violations = client::Violations(status);
  if (violations.empty()) return client::Message(status);
  std::string text;
  for (const client::Violation& violation : violations) {
    Append(text, Concat(text.empty() ? "" : "\n", explain(violation)));
  }
  return text;
}

}  // namespace advantaged::cli
