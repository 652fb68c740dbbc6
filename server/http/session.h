// One connection: reads a request, has it answered, writes the response, and again.
#ifndef ADVANTAGED_SERVER_HTTP_SESSION_H_
#define ADVANTAGED_SERVER_HTTP_SESSION_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <variant>

#include "server/http/router.h"
#include "server/http/server.h"

namespace advantaged::http {

// Lives as long as an operation of it is pending. Everything runs on the server's thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // Counts itself in `open`. `router`, `limits` and `open` must outlive the session.
  Session(boost::asio::ip::tcp::socket socket, const Router& router, const Limits& limits,
          std::size_t& open);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  void Run() { ReadHeader(); }

 private:
  using error_code = boost::system::error_code;

  void ReadHeader();
  void OnHeader(error_code error);
  void OnRequest(error_code error);
  // Answers what could not be read as far as it can be answered.
  void OnReadError(error_code error);
  void Send(Response response);
  void OnSent(error_code error);
  // Ends the connection so that the client still reads the last response: closing with input unread
  // would make the kernel throw it away.
  void Linger();

  boost::beast::tcp_stream stream_;
  const Router& router_;
  const Limits& limits_;
  std::size_t& open_;

  boost::beast::flat_buffer buffer_;
  // A parser reads one message.
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  const Route* route_ = nullptr;
  bool keep_alive_ = false;
  // Kept until it is written. A HEAD response has the length of a body and none.
  std::variant<boost::beast::http::response<boost::beast::http::string_body>,
               boost::beast::http::response<boost::beast::http::empty_body>>
      response_;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_SESSION_H_
