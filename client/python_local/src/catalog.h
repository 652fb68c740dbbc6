// The method table and the descriptions of methods, as dicts of Python with the contract's names.
#ifndef ADVANTAGED_CLIENT_PYTHON_LOCAL_CATALOG_H_
#define ADVANTAGED_CLIENT_PYTHON_LOCAL_CATALOG_H_

#include <nanobind/nanobind.h>

namespace advantaged::python {

// list_methods() and describe().
void BindCatalog(nanobind::module_& module);

}  // namespace advantaged::python

#endif  // ADVANTAGED_CLIENT_PYTHON_LOCAL_CATALOG_H_
