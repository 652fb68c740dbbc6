// What a call returns: the core's Result, turned into objects of Python as they are asked for.
#ifndef ADVANTAGED_CLIENT_PYTHON_LOCAL_RESULT_H_
#define ADVANTAGED_CLIENT_PYTHON_LOCAL_RESULT_H_

#include <advantaged/advantaged.h>
#include <nanobind/nanobind.h>

#include <cstdint>
#include <vector>

namespace advantaged::python {

namespace nb = nanobind;

struct LocalResult {
  Result result;
  nb::object advantages;               // a NumPy array, or None
  std::vector<std::uint32_t> pass_at;  // of the request
  bool by_ids = false;                 // groups were declared by ids
  bool has_statistics = false;
  bool has_summary = false;
};

// A list of (field, description).
nb::list ViolationsToPython(const Violations& violations);

void BindResult(nb::module_& module);

}  // namespace advantaged::python

#endif  // ADVANTAGED_CLIENT_PYTHON_LOCAL_RESULT_H_
