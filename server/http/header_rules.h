// What RFC 9110 and RFC 9112 ask of the header of a request beyond its syntax, which Beast's parser
// has checked: where a message ends must mean the same to us and to a proxy in front, or one
// client's bytes become another's request.
#ifndef ADVANTAGED_SERVER_HTTP_HEADER_RULES_H_
#define ADVANTAGED_SERVER_HTTP_HEADER_RULES_H_

#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace advantaged::http {

using RequestHeader = boost::beast::http::request_header<boost::beast::http::fields>;

// The answer to a header that breaks a rule, after which the connection ends; nothing if none does.
std::optional<Response> BrokenRule(const RequestHeader& header);

// The target as path and query: "http://host:9464/metrics?x=y" is "/metrics?x=y". "*", which only
// OPTIONS may have, stays. Nothing if it is none of these.
std::optional<std::string> OriginForm(std::string_view target);

// Whether the client takes an answer with Content-Encoding gzip.
bool AcceptsGzip(const RequestHeader& header);

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_HEADER_RULES_H_
