// Content-Encoding gzip.
#ifndef ADVANTAGED_SERVER_HTTP_GZIP_H_
#define ADVANTAGED_SERVER_HTTP_GZIP_H_

#include <string>
#include <string_view>

namespace advantaged::http {

// `text`, compressed fast rather than well. Throws std::bad_alloc without memory.
std::string Gzip(std::string_view text);

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_GZIP_H_
