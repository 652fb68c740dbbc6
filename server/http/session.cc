#include "server/http/session.h"

#include <boost/asio/post.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <limits>

namespace advantaged::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

// Read at a time, and thrown away, at the end of a connection.
constexpr std::size_t kLingerBytes = 16384;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Session::Session(boost::asio::ip::tcp::socket socket, const Router& router, const Limits& limits,
                 std::size_t& open)
    : stream_(std::move(socket)), router_(router), limits_(limits), open_(open) {
  ++open_;
}

Session::~Session() { --open_; }

void Session::ReadHeader() {
  parser_.emplace();
  parser_->header_limit(limits_.header_bytes);
  // The body's limit depends on the route, which the header tells. (To Boost 1.74 no limit is 0.)
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  keep_alive_ = false;
  stream_.expires_after(limits_.time);
  beast::http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->OnHeader(error); });
}

void Session::OnHeader(error_code error) {
  if (error) return OnReadError(error);
  const auto& header = parser_->get();
  Response refusal;
  route_ = router_.Find(header.method(), View(header.target()), refusal);
  const bool has_body = !parser_->is_done();
  if (route_ == nullptr) {
    // A body that nobody reads would be taken for the next request.
    keep_alive_ = header.keep_alive() && !has_body;
    return Send(std::move(refusal));
  }
  if (parser_->content_length().value_or(0) > route_->max_body_bytes) {
    return OnReadError(beast::http::error::body_limit);
  }
  parser_->body_limit(route_->max_body_bytes);
  beast::http::async_read(stream_, buffer_, *parser_,
                          [self = shared_from_this()](error_code read_error, std::size_t) {
                            self->OnRequest(read_error);
                          });
}

void Session::OnRequest(error_code error) {
  if (error) return OnReadError(error);
  auto& message = parser_->get();
  keep_alive_ = message.keep_alive();
  Request request{.method = message.method(),
                  .path = std::string(PathOf(View(message.target()))),
                  .body = std::move(message.body())};
  route_->handle(std::move(request), [self = shared_from_this()](Response response) {
    boost::asio::post(
        self->stream_.get_executor(),
        [self, response = std::move(response)]() mutable { self->Send(std::move(response)); });
  });
}

void Session::OnReadError(error_code error) {
  using HttpError = beast::http::error;
  // Only what the parser refused is worth an answer; the rest is a peer that left or took too long.
  if (error.category() != make_error_code(HttpError::end_of_stream).category() ||
      error == HttpError::end_of_stream || error == HttpError::partial_message) {
    return;
  }
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
  beast::http::response<beast::http::string_body> message(response.code, parser_->get().version());
  message.set(field::content_type, response.content_type);
  message.set(field::cache_control, "no-store");
  if (!response.allow.empty()) message.set(field::allow, response.allow);
  message.keep_alive(keep_alive_);
  message.content_length(response.body.size());
  if (parser_->get().method() == verb::head) {
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
