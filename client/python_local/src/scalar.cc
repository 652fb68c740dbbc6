#include "client/python_local/src/scalar.h"

#include <limits>

namespace advantaged::python {
namespace {

constexpr std::size_t kLongestShown = 80;

// A new reference that is there, or the error of Python that says why not.
nb::object Checked(PyObject* object) {
  if (object == nullptr) nb::raise_python_error();
  return nb::steal(object);
}

}  // namespace

std::string Concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string At(std::string_view path, std::size_t index) {
  return Concat({path, "[", std::to_string(index), "]"});
}

void RefuseType(std::string_view argument, nb::handle value, std::string_view wanted) {
  const nb::str type(value.type().attr("__name__"));
  throw nb::type_error(
      Concat({argument, ": ", Shown(value), " (", type.c_str(), "); must be ", wanted}).c_str());
}

void RefuseValue(std::string_view argument, nb::handle value, std::string_view why) {
  throw nb::value_error(Concat({argument, ": ", Shown(value), " ", why}).c_str());
}

std::string Shown(nb::handle value) {
  std::string text = nb::repr(value).c_str();
  if (text.size() <= kLongestShown) return text;
  std::size_t end = kLongestShown;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // inside a character
  return text.substr(0, end) + "…";
}

bool IsWhole(nb::handle value) {
  return !PyBool_Check(value.ptr()) && PyIndex_Check(value.ptr()) != 0;
}

std::int64_t Int64(nb::handle value, std::string_view argument) {
  if (!IsWhole(value)) RefuseType(argument, value, "a whole number");
  const nb::object whole = Checked(PyNumber_Index(value.ptr()));
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
  if (overflow != 0) RefuseValue(argument, value, "is not in -2^63 … 2^63-1");
  return number;
}

std::uint32_t Uint32(nb::handle value, std::string_view argument) {
  if (!IsWhole(value)) RefuseType(argument, value, "a whole number");
  const nb::object whole = Checked(PyNumber_Index(value.ptr()));
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
  if (overflow != 0 || number < 0 || number > std::numeric_limits<std::uint32_t>::max()) {
    RefuseValue(argument, value, "is not in 0 … 4294967295");
  }
  return static_cast<std::uint32_t>(number);
}

double Double(nb::handle value, std::string_view argument) {
  if (PyFloat_Check(value.ptr())) return PyFloat_AsDouble(value.ptr());
  if (PyBool_Check(value.ptr()) ||
      !(PyLong_Check(value.ptr()) || nb::hasattr(value, "__float__"))) {
    RefuseType(argument, value, "a number");
  }
  const double number = PyFloat_AsDouble(value.ptr());
  if (number == -1 && PyErr_Occurred() != nullptr) {
    const bool too_large = PyErr_ExceptionMatches(PyExc_OverflowError) != 0;
    if (!too_large) nb::raise_python_error();
    PyErr_Clear();
    RefuseValue(argument, value, "is beyond float64");
  }
  return number;
}

std::vector<double> ReadNumbers(nb::handle values, std::string_view argument) {
  if (PyUnicode_Check(values.ptr()) || !nb::hasattr(values, "__iter__")) {
    RefuseType(argument, values, "a sequence of numbers");
  }
  std::vector<double> numbers;
  for (const nb::handle value : nb::iter(values)) {
    numbers.push_back(Double(value, At(argument, numbers.size())));
  }
  return numbers;
}

bool Flag(nb::handle value, std::string_view argument) {
  if (!PyBool_Check(value.ptr())) RefuseType(argument, value, "True or False");
  return value.is(nb::handle(Py_True));
}

std::string Text(nb::handle value, std::string_view argument) {
  if (!PyUnicode_Check(value.ptr())) RefuseType(argument, value, "a str");
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
  if (text == nullptr) {
    PyErr_Clear();
    RefuseValue(argument, value, "cannot be written as UTF-8");
  }
  return {text, static_cast<std::size_t>(size)};
}

std::size_t Choice(nb::handle value, std::string_view argument,
                   std::initializer_list<std::string_view> names) {
  const std::string name = Text(value, argument);
  std::string known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.begin()[i] == name) return i;
    known += (known.empty() ? "is not one of " : ", ");
    known += names.begin()[i];
  }
  RefuseValue(argument, value, known);
}

}  // namespace advantaged::python
