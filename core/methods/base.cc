#include "core/methods/base.h"

#include "core/methods/rows.h"

namespace advantaged {
namespace {

const MethodRow& Row(Base base) {
  switch (base) {
    case Base::kReinforce:
      return kReinforce;
    case Base::kRloo:
      return kRloo;
    case Base::kGrpo:
      return kGrpo;
    case Base::kDrGrpo:
      break;
  }
  return kDrGrpo;
}

const Parameters kDefaults;

}  // namespace

Pair BaseTable(Base base, const Counts& counts) { return Row(base).table(counts, kDefaults); }

Affine BaseAffine(Base base, const RewardGroup& group) {
  return Row(base).affine(group, kDefaults);
}

}  // namespace advantaged
