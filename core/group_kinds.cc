#include "core/group_kinds.h"

namespace advantaged {

void GroupKinds::Add(const GroupReport& report, FloatPair pair) {
  GroupKind& kind = kinds_.emplace_back();
  kind.pair = pair;
  kind.report = report;
  kind.pass_at_k.assign(report.pass_at_k.begin(), report.pass_at_k.end());
  kind.report.pass_at_k = kind.pass_at_k;
  std::vector<GroupKind*>& by_count = OfSize(report.statistics.n);
  if (by_count.empty()) by_count.resize(report.statistics.n + 1);
  by_count[report.statistics.c] = &kind;
}

}  // namespace advantaged
