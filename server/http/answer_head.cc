#include "server/http/answer_head.h"

#include <array>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <ctime>

namespace advantaged::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

// As RFC 9110 has it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

}  // namespace

std::string AnswerHead(const Response& response, const Wanted& wanted) {
  beast::http::response<beast::http::empty_body> message(
      static_cast<beast::http::status>(response.code), wanted.version);
  message.set(field::date, Now());
  message.set(field::content_type, response.content_type);
  message.set(field::cache_control, "no-store");
  for (const auto& [name, value] : response.fields) message.set(name, value);
  message.keep_alive(wanted.keep_alive);
  message.content_length(response.body.size());
  const beast::http::fields::writer lines(message, message.version(), message.result_int());
  return beast::buffers_to_string(lines.get());
}

}  // namespace advantaged::http
