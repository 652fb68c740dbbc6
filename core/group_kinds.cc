#include "core/group_kinds.h"

namespace advantaged {

KindsOfSize& GroupKinds::OfSize(std::uint32_t n) {
  if (last_ == by_size_.end() || last_->first != n) last_ = by_size_.try_emplace(n, n).first;
  return last_->second;
}

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
