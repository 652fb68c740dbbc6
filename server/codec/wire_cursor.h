// A place in bytes that come in slices, as protobuf writes them.
#ifndef ADVANTAGED_SERVER_CODEC_WIRE_CURSOR_H_
#define ADVANTAGED_SERVER_CODEC_WIRE_CURSOR_H_

#include <google/protobuf/io/zero_copy_stream.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace advantaged {

class WireCursor {
 public:
  explicit WireCursor(google::protobuf::io::ZeroCopyInputStream& bytes) : bytes_(bytes) {}

  // Bytes behind the cursor.
  std::uint64_t position() const { return ended_at_ - static_cast<std::uint64_t>(end_ - next_); }

  // All of these are false if the bytes end before what is asked for.

  // A number of at most so many bytes; false also if it has more.
  bool Varint(unsigned most_bytes, std::uint64_t& number) {
    number = 0;
    for (unsigned i = 0; i < most_bytes; ++i) {
      if (next_ == end_ && !Refill()) return false;
      const std::uint8_t byte = *next_++;
      number |= std::uint64_t{byte & 0x7FU} << (7 * i);
      if (byte < 0x80U) return true;
    }
    return false;
  }

  bool Skip(std::uint64_t size) {
    return Walk(size, [](const std::uint8_t*, const std::uint8_t*) {});
  }

  // Skips `size` bytes and adds how many numbers of the form above end in them.
  bool CountVarints(std::uint64_t size, std::size_t& count) {
    return Walk(size, [&](const std::uint8_t* first, const std::uint8_t* last) {
      count += static_cast<std::size_t>(
          std::count_if(first, last, [](std::uint8_t byte) { return byte < 0x80U; }));
    });
  }

 private:
  template <typename Look>
  bool Walk(std::uint64_t size, const Look& look) {
    while (size > 0) {
      if (next_ == end_ && !Refill()) return false;
      const auto step = std::min(size, static_cast<std::uint64_t>(end_ - next_));
      look(next_, next_ + step);
      next_ += step;
      size -= step;
    }
    return true;
  }

  bool Refill() {
    const void* data = nullptr;
    int size = 0;
    do {
      if (!bytes_.Next(&data, &size)) return false;
    } while (size == 0);
    next_ = static_cast<const std::uint8_t*>(data);
    end_ = next_ + size;
    ended_at_ += static_cast<std::uint64_t>(size);
    return true;
  }

  google::protobuf::io::ZeroCopyInputStream& bytes_;
  const std::uint8_t* next_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  std::uint64_t ended_at_ = 0;  // bytes up to `end_`
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_WIRE_CURSOR_H_
