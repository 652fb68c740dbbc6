#include "server/http/session.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cerrno>
#include <limits>

namespace advantaged::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

constexpr std::size_t kReadBytes = 65536;
// Of a header: most have less.
constexpr std::size_t kHeaderReadBytes = 512;
// Thrown away at a time, at the end of a connection.
constexpr std::size_t kLingerBytes = 16384;
// Of answers, in the kernel, that the network has not taken. An answer that is longer waits here,
// where it may be shared; the kernel has a copy for each reader.
constexpr int kUnsentBytes = 32 << 10;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

verb ToVerb(beast::http::verb method) {
  switch (method) {
    case beast::http::verb::get:
      return verb::get;
    case beast::http::verb::head:
      return verb::head;
    case beast::http::verb::post:
      return verb::post;
    case beast::http::verb::options:
      return verb::options;
    case beast::http::verb::unknown:
      return verb::unknown;
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
    : stream_(std::move(socket)),
      peer_(PeerOf(stream_.socket())),
      router_(router),
      limits_(limits),
      connections_(connections),
      late_(stream_.get_executor()) {
  connections_.Add();
  // Fails where the socket is none of TCP.
  setsockopt(stream_.socket().native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes,
             sizeof kUnsentBytes);
}

Session::~Session() {
  EndWait();
  connections_.Hold(held_, 0);
  if (asked_) CountAnswer(status::client_closed_request);
  connections_.Remove();
}

void Session::StartWait() {
  EndWait();
  place_ = connections_.Wait({.close =
                                  [this] {
                                    place_.reset();  // `connections_` has forgotten it
                                    Close();
                                  },
                              .peer = peer_});
}

void Session::Close() {
  late_.cancel();
  stream_.close();
  CountHeld();
}

void Session::EndWait() {
  if (place_) connections_.EndWait(*place_);
  place_.reset();
}

void Session::CountHeld() {
  // A long answer is shared, or admitted; what each reader has of its own is in the kernel.
  const std::size_t unsent =
      guard_ ? 0 : std::min(head_.size() + body_.size(), std::size_t{kUnsentBytes});
  const std::size_t now = stream_.socket().is_open() ? received_.capacity() + unsent : 0;
  const std::size_t before = std::exchange(held_, now);
  connections_.Hold(before, now);
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
  // An idle connection holds nothing.
  if (received_.size() == 0) received_.shrink_to_fit();
  lines_.emplace(limits_.header_bytes);
  wanted_ = {};
  is_head_ = false;
  route_ = nullptr;
  request_ = {};
  StartWait();
  stream_.expires_after(limits_.time);
  LookAtHeader();
}

void Session::LookAtHeader() {
  const auto bytes = received_.data();
  switch (lines_->Scan({static_cast<const char*>(bytes.data()), bytes.size()})) {
    case HeaderLines::Found::kMore:
      return ReadMoreOfHeader();
    case HeaderLines::Found::kWhole:
      return OnHeader();
    case HeaderLines::Found::kTooLarge:
      return RefuseHeader(status::request_header_fields_too_large,
                          "The header may have " + std::to_string(limits_.header_bytes) +
                              " bytes and " + std::to_string(HeaderLines::kMaxFields) + " fields.");
    case HeaderLines::Found::kFault:
      return RefuseHeader(status::bad_request, std::string("Bad request: ") + lines_->fault());
  }
}

void Session::ReadMoreOfHeader() {
  const std::size_t room = received_.capacity() - received_.size();
  const auto space = received_.prepare(std::clamp(room, kHeaderReadBytes, kReadBytes));
  CountHeld();
  stream_.async_read_some(space, [self = shared_from_this()](error_code error, std::size_t size) {
    if (error) return self->OnReadError(error);
    self->received_.commit(size);
    self->LookAtHeader();
  });
}

void Session::RefuseHeader(status code, const std::string& why) {
  CountRequest();
  Send({.code = code, .body = why + '\n'});
}

void Session::OnHeader() {
  beast::http::request_parser<beast::http::empty_body> parser;
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  // The body is read here. (To Boost 1.74 no limit is 0.)
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  const char* const bytes = static_cast<const char*>(received_.data().data());
  error_code error;
  parser.put(boost::asio::buffer(bytes + lines_->start(), lines_->end() - lines_->start()), error);
  received_.consume(lines_->end());
  if (error) return RefuseHeader(status::bad_request, "Bad request: " + error.message());
  const RequestHeader& header = parser.get();
  wanted_.version = header.version();
  is_head_ = header.method() == beast::http::verb::head;
  if (auto broken = BrokenRule(header)) {
    CountRequest();
    return Send(*std::move(broken));
  }
  body_bytes_ = parser.content_length().value_or(0);
  const std::string target = *OriginForm(View(header.target()));
  Response refusal;
  route_ = router_.Find(ToVerb(header.method()), target, refusal);
  CountRequest();
  if (route_ == nullptr || !AdmitBody(header, refusal)) {
    // A body that nobody reads would be taken for the next request.
    wanted_.keep_alive = parser.get().keep_alive() && body_bytes_ == 0;
    return Send(std::move(refusal));
  }
  wanted_.keep_alive = parser.get().keep_alive();
  request_ = {.method = ToVerb(header.method()),
              .path = std::string(PathOf(target)),
              .query = std::string(QueryOf(target)),
              .accepts_gzip = AcceptsGzip(header),
              .guard = guard_,
              .connection = this};
  const bool waits = header.version() >= 11 && header.find(field::expect) != header.end();
  if (waits && received_.size() < body_bytes_) return Continue();
  ReadBody();
}

bool Session::AdmitBody(const RequestHeader& header, Response& refusal) {
  const auto expected = header.find(field::expect);
  if (expected != header.end() && !beast::iequals(expected->value(), "100-continue")) {
    refusal = {.code = status::expectation_failed, .body = "Expect: 100-continue, or nothing.\n"};
    return false;
  }
  const auto [encoding, end] = header.equal_range(field::content_encoding);
  const auto is_plain = [](const auto& coding) { return IsPlain(coding.value()); };
  if (body_bytes_ > 0 && !std::all_of(encoding, end, is_plain)) {
    refusal = {.code = status::unsupported_media_type,
               .body = "The body is taken as it is: send no Content-Encoding.\n"};
    return false;
  }
  if (route_->admit) {
    guard_ = route_->admit({.content_type = std::string(View(header[field::content_type])),
                            .body_bytes = body_bytes_,
                            .peer = peer_,
                            .field =
                                [&header](std::string_view name) {
                                  const beast::string_view key(name.data(), name.size());
                                  return View(header.count(key) == 1 ? header[key] : "");
                                }},
                           refusal);
    if (guard_ == nullptr) return false;
  }
  if (body_bytes_ <= route_->max_body_bytes) return true;
  refusal = {.code = status::payload_too_large,
             .body = "The body may have " + std::to_string(route_->max_body_bytes) + " bytes.\n"};
  return false;
}

void Session::Continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(stream_, boost::asio::buffer(kContinue),
                           [self = shared_from_this()](error_code error, std::size_t) {
                             if (error) return self->OnReadError(error);
                             self->ReadBody();
                           });
}

void Session::ReadBody() {
  request_.body.reserve(body_bytes_);
  const auto bytes = received_.data();
  const std::size_t size = std::min(body_bytes_, bytes.size());
  request_.body.assign(static_cast<const char*>(bytes.data()), size);
  received_.consume(size);
  CountHeld();
  ReadMoreOfBody();
}

void Session::ReadMoreOfBody() {
  std::string& body = request_.body;
  const std::size_t size = body.size();
  if (size == body_bytes_) return OnRequest();
  body.resize(std::min(body_bytes_, size + kReadBytes));
  stream_.async_read_some(boost::asio::buffer(body.data() + size, body.size() - size),
                          [self = shared_from_this(), size](error_code error, std::size_t more) {
                            if (error) return self->OnReadError(error);
                            self->request_.body.resize(size + more);
                            self->ReadMoreOfBody();
                          });
}

void Session::OnReadError(error_code error) {
  // Between requests a connection may be silent; that ends it, and nobody is dropped.
  if (error == beast::error::timeout && (asked_ || lines_->started())) {
    connections_.CountDrop(Drop::kSlowRequest, peer_);
  }
}

void Session::OnRequest() {
  gone_ = false;
  ++requests_;
  request_.gone = [this, hold = Hold()] { return gone_.load(); };
  request_.deadline = std::chrono::steady_clock::now() + limits_.time;
  WatchForClose();
  if (guard_) {
    EndWait();
    WatchForDeadline();
  } else {
    StartWait();
  }
  route_->handle(
      std::exchange(request_, {}), [this, hold = Hold(), request = requests_](Response response) {
        boost::asio::post(stream_.get_executor(), [self = shared_from_this(), request,
                                                   response = std::move(response)]() mutable {
          self->OnReply(request, std::move(response));
        });
      });
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

void Session::WatchForDeadline() {
  late_.expires_at(request_.deadline);
  late_.async_wait([self = shared_from_this(), request = requests_](error_code error) {
    if (error || request != self->requests_ || !self->asked_) return;
    self->wanted_.keep_alive = false;
    self->Send(self->guard_->OnLate());
  });
}

void Session::OnReply(std::uint64_t request, Response response) {
  // Too late, or the connection has made room for another.
  if (request != requests_ || !asked_ || !stream_.socket().is_open()) return;
  Send(std::move(response));
}

void Session::Send(Response response) {
  CountAnswer(response.code);
  StartWait();
  late_.cancel();
  error_code ignored;
  stream_.socket().cancel(ignored);  // WatchForClose
  head_ = AnswerHead(response, wanted_);
  body_ = is_head_ ? Body() : std::move(response.body);
  CountHeld();
  stream_.expires_after(limits_.time);
  const std::array bytes = {boost::asio::const_buffer(head_.data(), head_.size()),
                            boost::asio::const_buffer(body_.view().data(), body_.size())};
  boost::asio::async_write(
      stream_, bytes,
      [self = shared_from_this()](error_code error, std::size_t) { self->OnSent(error); });
}

void Session::OnSent(error_code error) {
  if (guard_ && !error) guard_->OnSent();
  if (error == beast::error::timeout) {
    connections_.CountDrop(Drop::kSlowReader, peer_);
  }
  // An idle connection holds nothing.
  guard_.reset();
  head_ = {};
  body_ = {};
  CountHeld();
  if (error) return;
  if (wanted_.keep_alive) return ReadHeader();
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
  if (error) return;
  stream_.expires_after(limits_.time);
  Linger();
}

void Session::Linger() {
  received_.clear();
  const auto space = received_.prepare(kLingerBytes);
  CountHeld();
  stream_.async_read_some(space, [self = shared_from_this()](error_code error, std::size_t) {
    if (!error) self->Linger();
  });
}

}  // namespace advantaged::http
