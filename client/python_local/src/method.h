// Methods between Python and C++: a name and a dict of parameters.
//
// A parameter is a bool, a whole number, a number, a str (a choice by name, or a formula), a list
// of tables {"n": …, "advantage_correct": […], "advantage_wrong": […]} or a dict of constants.
#ifndef ADVANTAGED_CLIENT_PYTHON_LOCAL_METHOD_H_
#define ADVANTAGED_CLIENT_PYTHON_LOCAL_METHOD_H_

#include <advantaged/advantaged.h>
#include <nanobind/nanobind.h>

namespace advantaged::python {

namespace nb = nanobind;

MethodSpec ReadMethod(nb::handle name, nb::handle parameters);

// (name, parameters).
nb::tuple MethodToPython(const MethodSpec& spec);

}  // namespace advantaged::python

#endif  // ADVANTAGED_CLIENT_PYTHON_LOCAL_METHOD_H_
