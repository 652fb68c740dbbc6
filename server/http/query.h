// The query of a request target: what stands behind "?".
#ifndef ADVANTAGED_SERVER_HTTP_QUERY_H_
#define ADVANTAGED_SERVER_HTTP_QUERY_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace advantaged::http {

// Names and values as they were meant, in their order.
using Query = std::vector<std::pair<std::string, std::string>>;

// "k=4&note=a+b%21" is {"k", "4"}, {"note", "a b!"}: "+" and "%20" are spaces, a name without "="
// has the value "", and empty parts are skipped. Nothing if a "%" is not followed by two
// hexadecimal digits; then `error` says where. Names and values are any bytes.
std::optional<Query> ParseQuery(std::string_view query, std::string& error);

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_QUERY_H_
