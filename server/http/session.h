// One connection: reads a request, has it answered, writes the answer, and again.
#ifndef ADVANTAGED_SERVER_HTTP_SESSION_H_
#define ADVANTAGED_SERVER_HTTP_SESSION_H_

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/answer_head.h"
#include "server/http/connections.h"
#include "server/http/header_lines.h"
#include "server/http/header_rules.h"
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
  // To make room.
  void Close();
  // What it holds has changed.
  void CountHeld();

  void ReadHeader();
  void LookAtHeader();
  void ReadMoreOfHeader();
  // The header is whole: the first bytes of `received_`.
  void OnHeader();
  // What is no request. `code` says why in a number.
  void RefuseHeader(status code, const std::string& why);
  void CountRequest();
  void CountAnswer(status code);
  // Whether the body is to be read; else `refusal` is the answer.
  bool AdmitBody(const RequestHeader& header, Response& refusal);
  // Says so to a client that waits for it before it sends the body (curl, from 1 MiB on).
  void Continue();
  void ReadBody();
  void ReadMoreOfBody();
  // The client has left, or took too long.
  void OnReadError(error_code error);

  void OnRequest();
  // Sets `gone_` when the client closes its side. Ends with Send.
  void WatchForClose();
  // Answers at the deadline, if nobody else has.
  void WatchForDeadline();
  // Takes the answer to the request of this number.
  void OnReply(std::uint64_t request, Response response);
  void Send(Response response);
  void OnSent(error_code error);
  // A shared object whose last owner, on whatever thread, has the session's thread let go of it.
  std::shared_ptr<void> Hold();
  // Ends the connection so that the client still reads the last answer: closing with input unread
  // would make the kernel throw it away.
  void Linger();

  boost::beast::tcp_stream stream_;
  const std::string peer_;
  const Router& router_;
  const Limits& limits_;
  Connections& connections_;
  std::optional<Connections::Place> place_;  // while it waits
  std::size_t held_ = 0;                     // as `connections_` knows it

  boost::beast::flat_buffer received_;  // and not read yet
  std::optional<HeaderLines> lines_;
  // Of the request. Its header is not kept while its body arrives: it takes several times its
  // bytes.
  Wanted wanted_;
  bool is_head_ = false;
  const Route* route_ = nullptr;
  Request request_;
  std::size_t body_bytes_ = 0;
  bool asked_ = false;                   // and not answered yet
  std::shared_ptr<RequestGuard> guard_;  // until the answer has been sent

  std::uint64_t requests_ = 0;  // on this connection
  std::atomic<bool> gone_ = false;
  boost::asio::steady_timer late_;
  // Kept until they are written.
  std::string head_;
  Body body_;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_SESSION_H_
