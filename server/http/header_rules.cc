#include "server/http/header_rules.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <utility>

namespace advantaged::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

constexpr unsigned kHttp11 = 11;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

bool EqualsInAnyCase(std::string_view text, std::string_view other) {
  return beast::iequals({text.data(), text.size()}, {other.data(), other.size()});
}

bool IsDigit(char letter) { return letter >= '0' && letter <= '9'; }

// A letter of a registered name, of an address, or of a percent-encoded byte (RFC 3986).
bool IsHostLetter(char letter) {
  const bool alphabetic = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  return alphabetic || IsDigit(letter) ||
         std::string_view("-._~%!$&'()*+,;=").find(letter) != std::string_view::npos;
}

// uri-host [ ":" port ]; the host of a Host field may be empty.
bool IsHost(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    port = text.substr(end + 1);
    text = text.substr(1, end - 1);
    if (text.empty()) return false;
    const auto inside = [](char letter) { return IsHostLetter(letter) || letter == ':'; };
    if (!std::ranges::all_of(text, inside)) return false;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    port = text.substr(colon);
    if (!std::ranges::all_of(text.substr(0, colon), IsHostLetter)) return false;
  }
  return port.empty() || (port.front() == ':' && std::ranges::all_of(port.substr(1), IsDigit));
}

Response BadRequest(const std::string& what) {
  return {.code = status::bad_request, .body = "Bad request: " + what + "\n"};
}

std::optional<Response> BrokenHost(const RequestHeader& header) {
  const std::size_t hosts = header.count(field::host);
  if (hosts > 1) return BadRequest("Host is given twice");
  if (hosts == 0 && header.version() >= kHttp11) return BadRequest("HTTP/1.1 needs a Host");
  if (!IsHost(View(header[field::host]))) return BadRequest("Host is not HOST or HOST:PORT");
  return std::nullopt;
}

std::optional<Response> BrokenLength(const RequestHeader& header) {
  const std::size_t codings = header.count(field::transfer_encoding);
  const std::size_t lengths = header.count(field::content_length);
  if (codings > 0) {
    if (header.version() < kHttp11) return BadRequest("HTTP/1.0 has no Transfer-Encoding");
    if (lengths > 0) return BadRequest("Transfer-Encoding and Content-Length contradict");
    if (codings > 1 || !EqualsInAnyCase(View(header[field::transfer_encoding]), "chunked")) {
      return Response{.code = status::not_implemented,
                      .body = "The only Transfer-Encoding that is known is chunked.\n"};
    }
    // RFC 9112 lets a server ask for the length. What is admitted is admitted by it, and a body
    // whose length is known has no chunks, extensions and trailers that must be bounded.
    return Response{.code = status::length_required, .body = "A body needs a Content-Length.\n"};
  }
  // Beast's parser lets pass what is the same twice: "5, 5".
  if (lengths > 1 || !std::ranges::all_of(View(header[field::content_length]), IsDigit)) {
    return BadRequest("Content-Length is not one number");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Response> BrokenRule(const RequestHeader& header) {
  if (auto broken = BrokenHost(header)) return broken;
  if (auto broken = BrokenLength(header)) return broken;
  if (header.method() == beast::http::verb::unknown) {
    return Response{.code = status::not_implemented,
                    .body = "Unknown method " + std::string(View(header.method_string())) + ".\n"};
  }
  const auto target = OriginForm(View(header.target()));
  if (!target || (*target == "*" && header.method() != beast::http::verb::options)) {
    return BadRequest("the target is neither a path nor http:// with a host");
  }
  return std::nullopt;
}

std::optional<std::string> OriginForm(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (target.starts_with('/') || target == "*") return std::string(target);
  if (!EqualsInAnyCase(target.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  target.remove_prefix(kScheme.size());
  const std::string_view host = target.substr(0, target.find_first_of("/?"));
  if (host.empty() || host.starts_with(':') || !IsHost(host)) return std::nullopt;
  target.remove_prefix(host.size());
  return target.starts_with('/') ? std::string(target) : '/' + std::string(target);
}

bool AcceptsGzip(const RequestHeader& header) {
  std::optional<bool> gzip;
  bool any = false;
  const auto [begin, end] = header.equal_range(field::accept_encoding);
  for (auto accepted = begin; accepted != end; ++accepted) {
    for (const auto& [coding, parameters] : beast::http::ext_list{accepted->value()}) {
      // "q=0", "q=0.000": not acceptable.
      const auto weight = std::ranges::find_if(
          parameters, [](const auto& parameter) { return beast::iequals(parameter.first, "q"); });
      const bool accepts = weight == parameters.end() ||
                           weight->second.find_first_not_of("0.") != beast::string_view::npos;
      if (beast::iequals(coding, "gzip") || beast::iequals(coding, "x-gzip")) gzip = accepts;
      if (coding == "*") any = accepts;
    }
  }
  return gzip.value_or(any);
}

}  // namespace advantaged::http
