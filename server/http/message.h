// Requests and responses of the HTTP port, free of sockets.
#ifndef ADVANTAGED_SERVER_HTTP_MESSAGE_H_
#define ADVANTAGED_SERVER_HTTP_MESSAGE_H_

#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <functional>
#include <ostream>  // Beast's headers miss it
#include <string>
#include <vector>

namespace advantaged::http {

using boost::beast::http::status;
using boost::beast::http::verb;

struct Request {
  verb method;
  std::string path;  // without the query
  std::string body;
};

struct Response {
  status code = status::ok;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = "";
  std::string allow = "";  // header field of a 405: the methods the path has
};

// Takes the answer to one request: from any thread, now or later, once, while the server lives.
using Reply = std::function<void(Response)>;

// One path; no two routes have the same. HEAD is answered as GET without the body.
struct Route {
  std::string path;
  verb method = verb::get;
  std::size_t max_body_bytes = 0;  // a longer body is refused unread
  // Runs on the thread of the HTTP server: quick, or it hands the work on and returns.
  std::function<void(Request, Reply)> handle;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_MESSAGE_H_
