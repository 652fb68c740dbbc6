#include "client/python_local/src/array.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <string>
#include <type_traits>

#include "client/python_local/src/scalar.h"

namespace advantaged::python {
namespace {

static_assert(std::endian::native == std::endian::little);  // bytes become bits eight at a time

// The buffer of a one-dimensional contiguous array whose format is one of `formats`, of one letter
// each.
Py_buffer Open(nb::handle value, std::string_view argument, std::string_view formats,
               std::string_view wanted, bool written) {
  Py_buffer buffer{};
  const int flags = written ? PyBUF_RECORDS : PyBUF_RECORDS_RO;
  if (PyObject_GetBuffer(value.ptr(), &buffer, flags) != 0) {
    PyErr_Clear();
    if (written && PyObject_CheckBuffer(value.ptr()) != 0) {
      RefuseValue(argument, value.type(), "cannot be written to: it is read-only");
    }
    RefuseType(argument, value, wanted);
  }
  const auto refuse = [&](std::initializer_list<std::string_view> why) {
    const std::string text = Concat({argument, ": ", Concat(why)});
    PyBuffer_Release(&buffer);
    throw nb::value_error(text.c_str());
  };
  const std::string_view format = buffer.format == nullptr ? "B" : buffer.format;
  if (format.size() != 1 || formats.find(format) == std::string_view::npos) {
    const std::string of(format);
    PyBuffer_Release(&buffer);
    const nb::str dtype(nb::getattr(value, "dtype", nb::str(of.c_str())));
    throw nb::type_error(
        Concat({argument, ": an array of ", dtype.c_str(), "; must be ", wanted}).c_str());
  }
  if (buffer.ndim != 1) {
    refuse({"an array of ", std::to_string(buffer.ndim), " dimensions; must have one"});
  }
  if (PyBuffer_IsContiguous(&buffer, 'C') == 0) {
    refuse({"an array of ", std::to_string(buffer.shape[0]), " numbers, one every ",
            std::to_string(buffer.strides[0]), " bytes; must be contiguous"});
  }
  return buffer;
}

// What NumPy is asked for.
struct NumPy {
  nb::object empty;
  std::array<nb::object, 4> dtypes;  // by Dtype
};

// Never given back: other threads may compute when the interpreter ends.
const NumPy* numpy = nullptr;

}  // namespace

template <typename Number>
Array<Number>::Array(nb::handle value, std::string_view argument, bool written) {
  if (value.is_none()) return;
  constexpr bool kFloat = std::is_same_v<Number, float> || std::is_same_v<Number, const float>;
  buffer_ = Open(value, argument, kFloat ? "f" : "I",
                 kFloat ? "a numpy array of float32" : "a numpy array of uint32", written);
  numbers_ = {static_cast<Number*>(buffer_.buf), static_cast<std::size_t>(buffer_.shape[0])};
}

template <typename Number>
Array<Number>::~Array() {
  if (buffer_.obj != nullptr) PyBuffer_Release(&buffer_);
}

template class Array<const float>;
template class Array<float>;
template class Array<const std::uint32_t>;

Bitmap::Bitmap(nb::handle value, std::string_view argument, std::size_t rows) {
  if (value.is_none()) return;
  Py_buffer buffer = Open(value, argument, "?B", "a numpy array of bool, or of uint8", false);
  const std::span<const std::uint8_t> values(static_cast<const std::uint8_t*>(buffer.buf),
                                             static_cast<std::size_t>(buffer.shape[0]));
  std::string wrong;
  if (values.size() != rows) {
    wrong = Concat({argument, ": ", std::to_string(values.size()), " values for ",
                    std::to_string(rows), " rewards"});
  } else {
    bytes_.resize((rows + 7) / 8);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < rows; i += 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, values.data() + i, std::min<std::size_t>(8, rows - i));
      seen |= eight;
      // Brings bit 0 of byte j to bit 56 + j.
      bytes_[i / 8] = static_cast<std::uint8_t>((eight * 0x0102040810204080U) >> 56U);
    }
    if ((seen & ~std::uint64_t{0x0101010101010101U}) != 0) {
      std::size_t i = 0;
      while (values[i] <= 1) ++i;
      wrong = Concat({At(argument, i), ": ", std::to_string(values[i]), " is neither 0 nor 1"});
    }
  }
  PyBuffer_Release(&buffer);
  if (!wrong.empty()) throw nb::value_error(wrong.c_str());
}

void ImportNumPy() {
  const nb::object module = nb::module_::import_("numpy");
  const nb::object dtype = module.attr("dtype");
  numpy =
      new NumPy{.empty = module.attr("empty"),
                .dtypes = {dtype("float32"), dtype("float64"), dtype("uint32"), dtype("uint8")}};
}

nb::object NewArray(std::size_t size, Dtype dtype) {
  return numpy->empty(size, numpy->dtypes[static_cast<std::size_t>(dtype)]);
}

WritableBytes::WritableBytes(nb::handle array) {
  if (PyObject_GetBuffer(array.ptr(), &buffer_, PyBUF_CONTIG) != 0) nb::raise_python_error();
}

}  // namespace advantaged::python
