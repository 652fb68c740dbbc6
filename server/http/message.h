// Requests and responses of the HTTP port, free of sockets.
#ifndef ADVANTAGED_SERVER_HTTP_MESSAGE_H_
#define ADVANTAGED_SERVER_HTTP_MESSAGE_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace advantaged::http {

// The methods that routes take, those that they do not, and what is no method of HTTP.
enum class verb : std::uint8_t { get, head, post, options, other, unknown };

// The codes that the port answers with (RFC 9110).
enum class status : std::uint16_t {
  ok = 200,
  bad_request = 400,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  length_required = 411,
  payload_too_large = 413,
  unsupported_media_type = 415,
  expectation_failed = 417,
  too_many_requests = 429,
  request_header_fields_too_large = 431,
  client_closed_request = 499,  // nginx's: the client closed its side, or was too slow
  internal_server_error = 500,
  not_implemented = 501,
  service_unavailable = 503,
  gateway_timeout = 504,
};

inline constexpr std::array kStatuses = {status::ok,
                                         status::bad_request,
                                         status::forbidden,
                                         status::not_found,
                                         status::method_not_allowed,
                                         status::length_required,
                                         status::payload_too_large,
                                         status::unsupported_media_type,
                                         status::expectation_failed,
                                         status::too_many_requests,
                                         status::request_header_fields_too_large,
                                         status::client_closed_request,
                                         status::internal_server_error,
                                         status::not_implemented,
                                         status::service_unavailable,
                                         status::gateway_timeout};

// What is known of a request before its body is read.
struct Head {
  std::string content_type = "";  // "" if it has none
  std::uint64_t body_bytes = 0;
  std::string peer = "";  // IP:PORT
  // The value of a header field, "" if it was not sent or sent twice. Lives as long as the head.
  std::function<std::string_view(std::string_view name)> field = {};
};

// The bytes of an answer. Copies share them, so many readers of a page cost one page.
class Body {
 public:
  Body() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a text is a body
  Body(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Body(const char* text) : Body(std::string(text)) {}

  std::string_view view() const { return text_ ? std::string_view(*text_) : std::string_view(); }
  std::size_t size() const { return view().size(); }

 private:
  std::shared_ptr<const std::string> text_;
};

struct Response {
  status code = status::ok;
  std::string content_type = "text/plain; charset=utf-8";
  Body body = {};
  std::vector<std::pair<std::string, std::string>> fields = {};  // further ones of the header
};

// Held from the request's head until the response has been sent or dropped.
class RequestGuard {
 public:
  RequestGuard() = default;
  RequestGuard(const RequestGuard&) = delete;
  RequestGuard& operator=(const RequestGuard&) = delete;
  virtual ~RequestGuard() = default;
  // The kernel has the whole answer. On the thread of the HTTP server.
  virtual void OnSent() {}
  // The deadline of the request has passed without an answer. Returns the one that the client gets
  // instead; the route's own comes too late. On the thread of the HTTP server, while the route may
  // still work.
  virtual Response OnLate() {
    return {.code = status::gateway_timeout, .body = "The answer took too long.\n"};
  }
};

struct Request {
  verb method = verb::get;
  std::string path = "";   // without the query
  std::string query = "";  // as it was sent, behind the "?"
  std::string body = "";
  bool accepts_gzip = false;                      // in the answer
  std::shared_ptr<RequestGuard> guard = nullptr;  // of the route's `admit`
  const void* connection = nullptr;               // tells connections apart; never looked into
  std::function<bool()> gone = {};  // whether the client has closed its side; any thread
  // For the answer. Without one by then the client gets RequestGuard::OnLate's, if there is a
  // guard.
  std::chrono::steady_clock::time_point deadline = {};
};

// Takes the answer to one request: from any thread, now or later, once, while the server lives. One
// that comes after the deadline is thrown away.
// Reply and Request end while the server lives, too.
using Reply = std::function<void(Response)>;

// One path and method; no two routes have the same. HEAD is answered as GET without the body. A
// body has a Content-Length, or is refused.
struct Route {
  std::string path;
  verb method = verb::get;
  std::size_t max_body_bytes = 0;  // a longer body is refused unread
  // Runs before the body is read, on the thread of the HTTP server. Null refuses the request, with
  // the answer `refusal`. A route without it has answers that cost little: while one is made, its
  // connection may be closed to make room, and it has no deadline.
  std::function<std::shared_ptr<RequestGuard>(const Head&, Response& refusal)> admit = {};
  // Runs on the thread of the HTTP server: quick, or it hands the work on and returns.
  std::function<void(Request, Reply)> handle;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_MESSAGE_H_
