// Stages and moments as Python writes them.
#ifndef ADVANTAGED_CLIENT_PYTHON_LOCAL_STAGES_H_
#define ADVANTAGED_CLIENT_PYTHON_LOCAL_STAGES_H_

#include <advantaged/advantaged.h>
#include <nanobind/nanobind.h>

#include <vector>

namespace advantaged::python {

namespace nb = nanobind;

// A sequence of (kind, options): ("center", {}), ("scale", {"epsilon": 1e-8}), ("clip", {"low":
// -5}). The options have the names of the contract's messages.
std::vector<Stage> ReadStages(nb::handle stages);

// A sequence of (weight, mean, centred_squares).
std::vector<BatchMoments> ReadMoments(nb::handle moments);
nb::list MomentsToPython(const std::vector<BatchMoments>& moments);

}  // namespace advantaged::python

#endif  // ADVANTAGED_CLIENT_PYTHON_LOCAL_STAGES_H_
