#include "client/python_local/src/result.h"

#include <string>

#include "client/python_local/src/array.h"
#include "client/python_local/src/method.h"
#include "client/python_local/src/stages.h"

namespace advantaged::python {
namespace {

nb::str ToPython(const std::string& text) { return nb::str(text.data(), text.size()); }

template <typename Number>
nb::object ToPython(const std::optional<Number>& number) {
  return number ? nb::object(nb::float_(*number)) : nb::none();
}

nb::list WarningsOf(const LocalResult& local) {
  // The contract's names, by WarningCode.
  static constexpr const char* kCodes[] = {"CODE_NEGATIVE_ADVANTAGE_OF_CORRECT",
                                           "CODE_SUSPICIOUS_SPREAD", "CODE_SMALL_GROUPS",
                                           "CODE_INCOMPLETE_GROUPS", "CODE_PASS_AT_TOO_LARGE"};
  nb::list list;
  for (const Warning& warning : local.result.warnings) {
    list.append(nb::make_tuple(kCodes[static_cast<std::size_t>(warning.code)],
                               ToPython(warning.message), warning.groups, warning.limit));
  }
  return list;
}

nb::object SummaryOf(const LocalResult& local) {
  if (!local.has_summary) return nb::none();
  const Summary& summary = local.result.summary;
  nb::list pass_at_k;
  for (const Summary::PassAtK& pass : summary.pass_at_k) {
    nb::dict entry;
    entry["k"] = pass.k;
    entry["mean"] = ToPython(pass.mean);
    entry["groups"] = pass.groups;
    pass_at_k.append(entry);
  }
  nb::dict out;
  out["groups"] = summary.groups;
  out["responses"] = summary.responses;
  out["masked_responses"] = summary.masked_responses;
  out["all_fail_groups"] = summary.all_fail;
  out["mixed_groups"] = summary.mixed;
  out["all_pass_groups"] = summary.all_pass;
  out["constant_groups"] = summary.constant;
  out["varied_groups"] = summary.varied;
  out["empty_groups"] = summary.empty;
  out["small_groups"] = summary.small;
  out["suspicious_groups"] = summary.suspicious;
  out["mean_success_rate"] = ToPython(summary.mean_success_rate);
  out["pass_at_k"] = pass_at_k;
  out["no_signal_share"] = summary.no_signal_share;
  out["mean_absolute_advantage"] = summary.mean_absolute;
  out["sd_absolute_advantage"] = summary.sd_absolute;
  out["max_absolute_advantage"] = summary.max_absolute;
  out["positive_weight"] = summary.positive_weight;
  out["negative_weight"] = summary.negative_weight;
  out["incomplete_groups"] = summary.incomplete;
  return out;
}

template <typename Number, typename Value>
nb::object Column(std::size_t size, Dtype dtype, const Value& value) {
  nb::object column = NewArray(size, dtype);
  const WritableBytes bytes(column);
  auto* const numbers = static_cast<Number*>(bytes.data());
  for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<Number>(value(i));
  return column;
}

nb::object StatisticsOf(const LocalResult& local) {
  if (!local.has_statistics) return nb::none();
  const std::vector<GroupStatistics>& groups = local.result.groups;
  const auto whole = [&](std::uint32_t GroupStatistics::*member) {
    return Column<std::uint32_t>(groups.size(), Dtype::kUint32,
                                 [&](std::size_t i) { return groups[i].*member; });
  };
  const auto real = [&](double GroupStatistics::*member) {
    return Column<double>(groups.size(), Dtype::kFloat64,
                          [&](std::size_t i) { return groups[i].*member; });
  };
  nb::dict out;
  if (local.by_ids) out["group_ids"] = whole(&GroupStatistics::id);
  out["n"] = whole(&GroupStatistics::n);
  out["c"] = whole(&GroupStatistics::c);
  // The contract's numbers: GROUP_OUTCOME_EMPTY, the first, is 1.
  out["outcome"] = Column<std::uint8_t>(groups.size(), Dtype::kUint8, [&](std::size_t i) {
    return static_cast<unsigned>(groups[i].outcome) + 1;
  });
  out["success_rate"] = real(&GroupStatistics::success_rate);
  out["mean"] = real(&GroupStatistics::mean);
  out["sd"] = real(&GroupStatistics::sd);
  out["priority"] = real(&GroupStatistics::priority);
  nb::dict pass_at_k;
  const std::vector<std::uint32_t>& pass_at = local.pass_at;
  for (std::size_t k = 0; k < pass_at.size(); ++k) {
    pass_at_k[nb::int_(pass_at[k])] = Column<double>(
        groups.size(), Dtype::kFloat64,
        [&](std::size_t i) { return local.result.pass_at_k[i * pass_at.size() + k]; });
  }
  out["pass_at_k"] = pass_at_k;
  return out;
}

}  // namespace

nb::list ViolationsToPython(const Violations& violations) {
  nb::list list;
  for (const Violation& violation : violations.listed()) {
    nb::list mentions;
    for (const Mention& mention : violation.mentions) {
      const nb::object group_id =
          mention.group_id ? nb::object(nb::int_(*mention.group_id)) : nb::none();
      // The contract's Mentions.Kind begins with "not set".
      mentions.append(nb::make_tuple(static_cast<int>(mention.kind) + 1, mention.number, group_id,
                                     mention.begin, mention.end));
    }
    list.append(
        nb::make_tuple(ToPython(violation.field), ToPython(violation.description), mentions));
  }
  return list;
}

void BindResult(nb::module_& module) {
  nb::class_<LocalResult>(module, "Result")
      .def_ro("advantages", &LocalResult::advantages)
      .def_prop_ro(
          "violations",
          [](const LocalResult& local) { return ViolationsToPython(local.result.violations); })
      .def_prop_ro("violation_count",
                   [](const LocalResult& local) { return local.result.violations.count(); })
      .def_prop_ro("summary", &SummaryOf)
      .def_prop_ro("statistics", &StatisticsOf)
      .def_prop_ro("warnings", &WarningsOf)
      .def_prop_ro(
          "batch_moments",
          [](const LocalResult& local) { return MomentsToPython(local.result.batch_moments); })
      .def_prop_ro("method",
                   [](const LocalResult& local) { return MethodToPython(local.result.method); });
}

}  // namespace advantaged::python
