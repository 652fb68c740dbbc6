#include "client/python_local/src/method.h"

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "client/python_local/src/scalar.h"

namespace advantaged::python {
namespace {

constexpr std::string_view kTable =
    "a dict with n, advantage_correct and advantage_wrong, for each table";

OutcomeTable ReadTable(nb::handle value, const std::string& path) {
  if (!PyDict_Check(value.ptr())) RefuseType(path, value, kTable);
  const auto dict = nb::borrow<nb::dict>(value);
  OutcomeTable table;
  for (const auto& [key, entry] : dict) {
    const std::string name = Text(key, path);
    if (name == "n") {
      table.n = Uint32(entry, path + ".n");
    } else if (name == "advantage_correct") {
      table.advantage_correct = ReadNumbers(entry, path + ".advantage_correct");
    } else if (name == "advantage_wrong") {
      table.advantage_wrong = ReadNumbers(entry, path + ".advantage_wrong");
    } else {
      RefuseValue(path, key, "is not one of n, advantage_correct, advantage_wrong");
    }
  }
  return table;
}

Constants ReadConstants(nb::handle value, const std::string& path) {
  Constants constants;
  for (const auto& [key, number] : nb::borrow<nb::dict>(value)) {
    const std::string name = Text(key, path);
    constants.emplace(name, Double(number, Concat({path, "[\"", name, "\"]"})));
  }
  return constants;
}

ParameterValue ReadParameter(nb::handle value, const std::string& path) {
  PyObject* const object = value.ptr();
  if (PyBool_Check(object)) return Flag(value, path);
  if (IsWhole(value)) return Int64(value, path);
  if (PyUnicode_Check(object)) return Text(value, path);
  if (PyDict_Check(object)) return ReadConstants(value, path);
  if (PyList_Check(object) || PyTuple_Check(object)) {
    std::vector<OutcomeTable> tables;
    for (const nb::handle table : nb::iter(value)) {
      tables.push_back(ReadTable(table, At(path, tables.size())));
    }
    return tables;
  }
  if (PyFloat_Check(object) || nb::hasattr(value, "__float__")) return Double(value, path);
  RefuseType(path, value, "a bool, a number, a str, a list of tables or a dict of constants");
}

nb::object ToPython(bool flag) { return nb::bool_(flag); }
nb::object ToPython(std::int64_t number) { return nb::int_(number); }
nb::object ToPython(double number) { return nb::float_(number); }
nb::object ToPython(const std::string& text) { return nb::str(text.data(), text.size()); }

nb::object ToPython(const std::vector<double>& numbers) {
  nb::list list;
  for (const double number : numbers) list.append(number);
  return list;
}

nb::object ToPython(const std::vector<OutcomeTable>& tables) {
  nb::list list;
  for (const OutcomeTable& table : tables) {
    nb::dict entry;
    entry["n"] = table.n;
    entry["advantage_correct"] = ToPython(table.advantage_correct);
    entry["advantage_wrong"] = ToPython(table.advantage_wrong);
    list.append(entry);
  }
  return list;
}

nb::object ToPython(const Constants& constants) {
  nb::dict dict;
  for (const auto& [name, number] : constants) dict[ToPython(name)] = number;
  return dict;
}

}  // namespace

MethodSpec ReadMethod(nb::handle name, nb::handle parameters) {
  MethodSpec spec{.name = Text(name, "method"), .parameters = {}};
  if (parameters.is_none()) return spec;
  if (!PyDict_Check(parameters.ptr())) RefuseType("parameters", parameters, "a dict by name");
  for (const auto& [key, value] : nb::borrow<nb::dict>(parameters)) {
    std::string parameter = Text(key, "parameters");
    const std::string path = Concat({"method.", spec.name, ".", parameter});
    spec.parameters.emplace(std::move(parameter), ReadParameter(value, path));
  }
  return spec;
}

nb::tuple MethodToPython(const MethodSpec& spec) {
  nb::dict parameters;
  for (const auto& [name, value] : spec.parameters) {
    parameters[ToPython(name)] = std::visit([](const auto& each) { return ToPython(each); }, value);
  }
  return nb::make_tuple(ToPython(spec.name), parameters);
}

}  // namespace advantaged::python
