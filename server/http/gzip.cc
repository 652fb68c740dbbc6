#include "server/http/gzip.h"

#include <zlib.h>

#include <new>

namespace advantaged::http {

std::string Gzip(std::string_view text) {
  constexpr int kGzipWindow = MAX_WBITS + 16;  // zlib's way to ask for gzip's header
  constexpr int kMemoryLevel = 8;              // zlib's default
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string compressed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  deflate(&stream, Z_FINISH);  // cannot fail: the bound holds all of it
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  compressed.shrink_to_fit();
  return compressed;
}

}  // namespace advantaged::http
