#include "core/group_kinds.h"

namespace advantaged {

GroupKind& GroupKinds::Add(const GroupReport& report, FloatPair pair) {
  GroupKind& kind = kinds_.emplace_back();
  kind.pair = pair;
  kind.report = report;
  kind.pass_at_k.assign(report.pass_at_k.begin(), report.pass_at_k.end());
  kind.report.pass_at_k = kind.pass_at_k;
  OfSize(report.statistics.n).Add(report.statistics.c, kind);
  return kind;
}

}  // namespace advantaged
