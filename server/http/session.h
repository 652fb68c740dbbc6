// One connection: reads a request, has it answered, writes the response, and again.
#ifndef ADVANTAGED_SERVER_HTTP_SESSION_H_
#define ADVANTAGED_SERVER_HTTP_SESSION_H_

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "server/http/connections.h"
#include "server/http/router.h"
#include "server/http/server.h"

namespace advantaged::http {

// Lives as long as an operation of it is pending. Everything runs on the server's thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // Counts itself in `connections`. `router`, `limits` and `connections` must outlive the session.
  Session(boost::asio::ip::tcp::socket socket, const Router& router, const Limits& limits,
          Connections& connections);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  void Run() { ReadHeader(); }

 private:
  using error_code = boost::system::error_code;

  // While it waits for its client the connection may be closed to make room.
  void StartWait();
  void EndWait();
  void ReadHeader();
  void OnHeader(error_code error);
  void CountRequest();
  void CountAnswer(status code);
  // Whether the body is to be read; else `refusal` is the answer.
  bool AdmitBody(Response& refusal);
  // IP:PORT
  std::string Peer() const;
  // Says so to a client that waits for it before it sends the body (curl, from 1 MiB on).
  void Continue();
  void ReadBody();
  void OnRequest(error_code error);
  Request TakeRequest();
  // Sets `gone_` when the client closes its side. Ends with Send.
  void WatchForClose();
  // Answers what could not be read as far as it can be answered.
  void OnReadError(error_code error);
  void Send(Response response);
  void OnSent(error_code error);
  // A shared object whose last owner, on whatever thread, has the session's thread let go of it.
  std::shared_ptr<void> Hold();
  // Ends the connection so that the client still reads the last response: closing with input unread
  // would make the kernel throw it away.
  void Linger();

  boost::beast::tcp_stream stream_;
  const Router& router_;
  const Limits& limits_;
  Connections& connections_;
  std::optional<Connections::Place> place_;  // while it waits

  boost::beast::flat_buffer buffer_;
  // A parser reads one message.
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  const Route* route_ = nullptr;
  bool asked_ = false;              // and not answered yet
  std::shared_ptr<Permit> permit_;  // until the answer has been sent
  std::atomic<bool> gone_ = false;
  bool keep_alive_ = false;
  // Kept until it is written. A HEAD response has the length of a body and none.
  std::variant<boost::beast::http::response<boost::beast::http::string_body>,
               boost::beast::http::response<boost::beast::http::empty_body>>
      response_;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_SESSION_H_
