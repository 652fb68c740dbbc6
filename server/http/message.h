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

// The methods that routes take.
enum class verb : std::uint8_t { get, head, post, other };

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

// Whatever a route holds for a request from its head until its answer has been sent, or never will
// be.
class Permit {
 public:
  Permit() = default;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  virtual ~Permit() = default;
  // The kernel has the whole answer. On the thread of the HTTP server.
  virtual void OnSent() {}
};

struct Request {
  verb method;
  std::string path;        // without the query
  std::string query = "";  // as it was sent, behind the "?"
  std::string body = "";
  std::shared_ptr<Permit> permit = nullptr;  // of the route's `admit`
  const void* connection = nullptr;          // tells connections apart; never looked into
  std::function<bool()> gone = {};           // whether the client has closed its side; any thread
  std::chrono::steady_clock::time_point deadline = {};  // for the answer
};

struct Response {
  status code = status::ok;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = "";
  std::vector<std::pair<std::string, std::string>> fields = {};  // further ones of the header
};

// Takes the answer to one request: from any thread, now or later, once, while the server lives.
// Reply and Request end while the server lives, too.
using Reply = std::function<void(Response)>;

// One path and method; no two routes have the same. HEAD is answered as GET without the body.
struct Route {
  std::string path;
  verb method = verb::get;
  std::size_t max_body_bytes = 0;  // a longer body is refused unread
  // Runs before the body is read, on the thread of the HTTP server. Null refuses the request, with
  // the answer `refusal`. A route that has it takes no body of unknown length.
  std::function<std::shared_ptr<Permit>(const Head&, Response& refusal)> admit = {};
  // Runs on the thread of the HTTP server: quick, or it hands the work on and returns.
  std::function<void(Request, Reply)> handle;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_MESSAGE_H_
