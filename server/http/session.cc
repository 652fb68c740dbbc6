#include "server/http/session.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <limits>

namespace advantaged::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

// Read at a time, and thrown away, at the end of a connection.
constexpr std::size_t kLingerBytes = 16384;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

verb ToVerb(beast::http::verb method) {
  switch (method) {
    case beast::http::verb::get:
      return verb::get;
    case beast::http::verb::head:
      return verb::head;
    case beast::http::verb::post:
      return verb::post;
    default:
      return verb::other;
  }
}

// Whether a Content-Encoding says that there is none.
bool IsPlain(beast::string_view coding) {
  return coding.empty() || beast::iequals(coding, "identity");
}

}  // namespace

Session::Session(boost::asio::ip::tcp::socket socket, const Router& router, const Limits& limits,
                 Connections& connections)
    : stream_(std::move(socket)), router_(router), limits_(limits), connections_(connections) {
  connections_.Add();
}

Session::~Session() {
  EndWait();
  if (asked_) CountAnswer(status::client_closed_request);
  connections_.Remove();
}

void Session::StartWait() {
  EndWait();
  place_ = connections_.Wait([this] {
    place_.reset();
    stream_.close();
  });
}

void Session::EndWait() {
  if (place_) connections_.EndWait(*place_);
  place_.reset();
}

void Session::CountRequest() {
  connections_.observer().OnRequest(route_ == nullptr ? "" : route_->path);
  asked_ = true;
}

void Session::CountAnswer(status code) {
  connections_.observer().OnAnswer(route_ == nullptr ? "" : route_->path, code);
  asked_ = false;
}

void Session::ReadHeader() {
  parser_.emplace();
  parser_->header_limit(limits_.header_bytes);
  // The body's limit depends on the route, which the header tells. (To Boost 1.74 no limit is 0.)
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  route_ = nullptr;
  keep_alive_ = false;
  StartWait();
  stream_.expires_after(limits_.time);
  beast::http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->OnHeader(error); });
}

void Session::OnHeader(error_code error) {
  if (error) return OnReadError(error);
  const auto& header = parser_->get();
  Response refusal;
  route_ = router_.Find(ToVerb(header.method()), View(header.target()), refusal);
  CountRequest();
  if (route_ == nullptr || !AdmitBody(refusal)) {
    // A body that nobody reads would be taken for the next request.
    keep_alive_ = header.keep_alive() && parser_->is_done();
    return Send(std::move(refusal));
  }
  if (parser_->content_length().value_or(0) > route_->max_body_bytes) {
    return OnReadError(beast::http::error::body_limit);
  }
  parser_->body_limit(route_->max_body_bytes);
  const bool waits = header.version() >= 11 && header.find(field::expect) != header.end();
  if (waits && !parser_->is_done()) return Continue();
  ReadBody();
}

bool Session::AdmitBody(Response& refusal) {
  const auto& header = parser_->get();
  const auto expected = header.find(field::expect);
  if (expected != header.end() && !beast::iequals(expected->value(), "100-continue")) {
    refusal = {.code = status::expectation_failed, .body = "Expect: 100-continue, or nothing.\n"};
    return false;
  }
  const auto [encoding, end] = header.equal_range(field::content_encoding);
  const auto is_plain = [](const auto& coding) { return IsPlain(coding.value()); };
  if (!parser_->is_done() && !std::all_of(encoding, end, is_plain)) {
    refusal = {.code = status::unsupported_media_type,
               .body = "The body is taken as it is: send no Content-Encoding.\n"};
    return false;
  }
  if (!route_->admit) return true;
  if (parser_->chunked()) {
    refusal = {.code = status::length_required, .body = "The body needs a Content-Length.\n"};
    return false;
  }
  permit_ = route_->admit({.content_type = std::string(View(header[field::content_type])),
                           .body_bytes = parser_->content_length().value_or(0),
                           .peer = Peer(),
                           .field =
                               [&header](std::string_view name) {
                                 const beast::string_view key(name.data(), name.size());
                                 return View(header.count(key) == 1 ? header[key] : "");
                               }},
                          refusal);
  return permit_ != nullptr;
}

std::string Session::Peer() const {
  error_code error;
  const auto peer = stream_.socket().remote_endpoint(error);
  if (error) return "";  // it has left
  return Address{.path = {}, .host = peer.address().to_string(), .port = peer.port()}.ToString();
}

void Session::Continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(stream_, boost::asio::buffer(kContinue),
                           [self = shared_from_this()](error_code error, std::size_t) {
                             if (!error) self->ReadBody();
                           });
}

void Session::ReadBody() {
  beast::http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->OnRequest(error); });
}

void Session::OnRequest(error_code error) {
  if (error) return OnReadError(error);
  EndWait();
  keep_alive_ = parser_->get().keep_alive();
  gone_ = false;
  WatchForClose();
  route_->handle(TakeRequest(), [this, hold = Hold()](Response response) {
    boost::asio::post(stream_.get_executor(),
                      [self = shared_from_this(), response = std::move(response)]() mutable {
                        self->Send(std::move(response));
                      });
  });
}

Request Session::TakeRequest() {
  auto& message = parser_->get();
  return {.method = ToVerb(message.method()),
          .path = std::string(PathOf(View(message.target()))),
          .query = std::string(QueryOf(View(message.target()))),
          .body = std::move(message.body()),
          .permit = permit_,
          .connection = this,
          .gone = [this, hold = Hold()] { return gone_.load(); },
          .deadline = std::chrono::steady_clock::now() + limits_.time};
}

std::shared_ptr<void> Session::Hold() {
  return {nullptr, [self = shared_from_this()](void*) mutable {
            const auto thread = self->stream_.get_executor();
            boost::asio::post(thread, [self = std::move(self)] {});
          }};
}

void Session::WatchForClose() {
  auto& socket = stream_.socket();
  socket.async_wait(socket.wait_read, [self = shared_from_this()](error_code error) {
    if (error) return;
    char next = 0;
    const auto bytes =
        recv(self->stream_.socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    // Bytes are the next request, sent early; who does that cannot be watched any more.
    const bool nothing_yet = bytes < 0 && (errno == EAGAIN || errno == EINTR);
    self->gone_ = bytes <= 0 && !nothing_yet;
  });
}

void Session::OnReadError(error_code error) {
  using HttpError = beast::http::error;
  // Only what the parser refused is worth an answer; the rest is a peer that left or took too long.
  if (error.category() != make_error_code(HttpError::end_of_stream).category() ||
      error == HttpError::end_of_stream || error == HttpError::partial_message) {
    return;
  }
  if (!asked_) CountRequest();
  Response response{.code = status::bad_request, .body = "Bad request: " + error.message() + "\n"};
  if (error == HttpError::header_limit) {
    response = {
        .code = status::request_header_fields_too_large,
        .body = "The header may have " + std::to_string(limits_.header_bytes) + " bytes.\n"};
  } else if (error == HttpError::body_limit) {
    response = {
        .code = status::payload_too_large,
        .body = "The body may have " + std::to_string(route_->max_body_bytes) + " bytes.\n"};
  }
  Send(std::move(response));
}

void Session::Send(Response response) {
  CountAnswer(response.code);
  StartWait();
  error_code ignored;
  stream_.socket().cancel(ignored);  // WatchForClose
  beast::http::response<beast::http::string_body> message(
      static_cast<beast::http::status>(response.code), parser_->get().version());
  message.set(field::content_type, response.content_type);
  message.set(field::cache_control, "no-store");
  for (const auto& [name, value] : response.fields) message.set(name, value);
  message.keep_alive(keep_alive_);
  message.content_length(response.body.size());
  if (parser_->get().method() == beast::http::verb::head) {
    response_ = beast::http::response<beast::http::empty_body>(std::move(message.base()));
  } else {
    message.body() = std::move(response.body);
    response_ = std::move(message);
  }
  stream_.expires_after(limits_.time);
  std::visit(
      [this](auto& chosen) {
        beast::http::async_write(
            stream_, chosen,
            [self = shared_from_this()](error_code error, std::size_t) { self->OnSent(error); });
      },
      response_);
}

void Session::OnSent(error_code error) {
  if (permit_ && !error) permit_->OnSent();
  // An idle connection holds nothing.
  permit_.reset();
  response_ = {};
  if (error) return;
  if (keep_alive_) return ReadHeader();
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
  if (error) return;
  stream_.expires_after(limits_.time);
  Linger();
}

void Session::Linger() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kLingerBytes),
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (!error) self->Linger();
                          });
}

}  // namespace advantaged::http
