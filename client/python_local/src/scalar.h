// One value of Python at a time: numbers, flags, names and texts, as C++ takes them. What it cannot
// take raises TypeError or ValueError, naming the argument and the value.
#ifndef ADVANTAGED_CLIENT_PYTHON_LOCAL_SCALAR_H_
#define ADVANTAGED_CLIENT_PYTHON_LOCAL_SCALAR_H_

#include <nanobind/nanobind.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advantaged::python {

namespace nb = nanobind;

// Parts of a message, and the path of an element: Concat({"a", "b"}), At("pass_at", 2).
std::string Concat(std::initializer_list<std::string_view> parts);
std::string At(std::string_view path, std::size_t index);

// `argument` is what the caller calls it, e.g. "group_size", "pass_at[2]".
[[noreturn]] void RefuseType(std::string_view argument, nb::handle value, std::string_view wanted);
[[noreturn]] void RefuseValue(std::string_view argument, nb::handle value, std::string_view why);

// A value as a message shows it: its repr(), cut where it is long.
std::string Shown(nb::handle value);

// True if the value can be a whole number: an int or what has __index__, but not a bool.
bool IsWhole(nb::handle value);
std::int64_t Int64(nb::handle value, std::string_view argument);
std::uint32_t Uint32(nb::handle value, std::string_view argument);
// A float, an int, or what has __float__; not a bool.
double Double(nb::handle value, std::string_view argument);
// A sequence of them, or an array.
std::vector<double> ReadNumbers(nb::handle values, std::string_view argument);
bool Flag(nb::handle value, std::string_view argument);
std::string Text(nb::handle value, std::string_view argument);

// The index of a name in `names`.
std::size_t Choice(nb::handle value, std::string_view argument,
                   std::initializer_list<std::string_view> names);

// Nothing where the value is None.
template <typename Read>
auto Optional(nb::handle value, std::string_view argument, Read read)
    -> std::optional<decltype(read(value, argument))> {
  if (value.is_none()) return std::nullopt;
  return read(value, argument);
}

}  // namespace advantaged::python

#endif  // ADVANTAGED_CLIENT_PYTHON_LOCAL_SCALAR_H_
