// Arrays of the caller, looked at where they are.
#ifndef ADVANTAGED_CLIENT_PYTHON_LOCAL_ARRAY_H_
#define ADVANTAGED_CLIENT_PYTHON_LOCAL_ARRAY_H_

#include <advantaged/advantaged.h>
#include <nanobind/nanobind.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace advantaged::python {

namespace nb = nanobind;

// A one-dimensional contiguous array of float32 or uint32, held as long as this. Empty where it is
// None. Others raise TypeError (of other numbers) or ValueError (of another shape).
template <typename Number>
class Array {
 public:
  // An array that is written may not be read-only.
  Array(nb::handle value, std::string_view argument, bool written = false);
  ~Array();
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  std::span<Number> numbers() const { return numbers_; }

 private:
  Py_buffer buffer_{};
  std::span<Number> numbers_;
};

// An array of bool, or of uint8 that are each 0 or 1, as a bitmap.
class Bitmap {
 public:
  // `rows` is how many there must be; otherwise ValueError.
  Bitmap(nb::handle value, std::string_view argument, std::size_t rows);
  BitSpan bits() const { return {bytes_}; }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Call once, when the module is imported: later another thread could wait for this one with the
// interpreter's lock in its hands.
void ImportNumPy();

// A new array of NumPy, not initialized.
enum class Dtype : std::uint8_t { kFloat32, kFloat64, kUint32, kUint8 };
nb::object NewArray(std::size_t size, Dtype dtype);

// The memory of such an array.
class WritableBytes {
 public:
  explicit WritableBytes(nb::handle array);
  ~WritableBytes() { PyBuffer_Release(&buffer_); }
  WritableBytes(const WritableBytes&) = delete;
  WritableBytes& operator=(const WritableBytes&) = delete;

  void* data() const { return buffer_.buf; }

 private:
  Py_buffer buffer_{};
};

}  // namespace advantaged::python

#endif  // ADVANTAGED_CLIENT_PYTHON_LOCAL_ARRAY_H_
