// The rows that the files of this folder define. A new method: one file here, one line here, one
// line in core/method_table.cc, one message in proto/advantaged/v1/method.proto
// (docs/adding_a_method.md).
#ifndef ADVANTAGED_CORE_METHODS_ROWS_H_
#define ADVANTAGED_CORE_METHODS_ROWS_H_

#include "core/method.h"

namespace advantaged {

extern const MethodRow kReinforce;
extern const MethodRow kRloo;
extern const MethodRow kGrpo;
extern const MethodRow kDrGrpo;
extern const MethodRow kPassAtKReinforce;
extern const MethodRow kPassAtKRloo;
extern const MethodRow kPassAtKGrpo;
extern const MethodRow kPassAtKShaped;
extern const MethodRow kPassAtKVarianceStabilized;
extern const MethodRow kCombinedShaped;
extern const MethodRow kCombinedDirect;
extern const MethodRow kSkewR;
extern const MethodRow kStdRegularized;
extern const MethodRow kEntropyRegularized;
extern const MethodRow kBiasedPassAtK;
extern const MethodRow kFocal;
extern const MethodRow kMaxAtK;
extern const MethodRow kMaxRl;
extern const MethodRow kWeightedReinforce;
extern const MethodRow kOpo;
extern const MethodRow kCustomTable;
extern const MethodRow kSurrogate;

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_ROWS_H_
