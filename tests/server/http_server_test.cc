// The HTTP server by itself: limits, deferred answers, many connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <string>
#include <thread>

#include "server/http/server.h"

namespace advantaged::http {
namespace {

using boost::asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

// A blocking client.
class Connection {
 public:
  explicit Connection(const Server& server) {
    std::string error;
    const auto address = ParseAddress(server.address(), error);
    socket_.connect({boost::asio::ip::make_address(address->host), address->port});
  }
  void Send(const std::string& text) { boost::asio::write(socket_, boost::asio::buffer(text)); }
  void ReadByte() {
    char byte = 0;
    boost::asio::read(socket_, boost::asio::buffer(&byte, 1));
  }
  // Everything until the server closes.
  std::string ReadAll() {
    std::string text;
    boost::system::error_code end;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(text), end);
    return text;
  }

 private:
  boost::asio::io_context context_;
  tcp::socket socket_{context_};
};

class Counter final : public Observer {
 public:
  void OnConnections(std::size_t) override {}
  void OnTurnedAway() override { ++turned_away; }
  void OnRequest(std::string_view) override {}
  void OnAnswer(std::string_view, status) override {}

  std::atomic<int> turned_away = 0;
};

Counter counter;

std::unique_ptr<Server> Start(std::vector<Route> routes, const Limits& limits) {
  std::string error;
  auto server = Server::Start({.path = {}, .host = "127.0.0.1", .port = 0}, std::move(routes),
                              limits, counter, error);
  EXPECT_EQ(error, "");
  return server;
}

Route Echo(std::size_t max_body_bytes) {
  return {.path = "/echo",
          .method = verb::post,
          .max_body_bytes = max_body_bytes,
          .handle = [](Request request, const Reply& reply) {
            reply({.body = std::move(request.body)});
          }};
}

std::string Post(const Server& server, const std::string& body) {
  Connection connection(server);
  connection.Send("POST /echo HTTP/1.0\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + body);
  return connection.ReadAll();
}

TEST(HttpServer, BodyUpToTheLimitOfItsRoute) {
  const auto server = Start({Echo(5)}, {});
  EXPECT_THAT(Post(*server, "12345"), HasSubstr("\r\n\r\n12345"));
  EXPECT_THAT(Post(*server, "123456"), StartsWith("HTTP/1.0 413 "));
}

TEST(HttpServer, HeaderUpToTheLimit) {
  const auto server = Start({Echo(5)}, {.header_bytes = 200});
  Connection connection(*server);
  connection.Send("GET / HTTP/1.1\r\nA: " + std::string(300, 'x') + "\r\n\r\n");
  EXPECT_THAT(connection.ReadAll(), StartsWith("HTTP/1.1 431 "));
}

TEST(HttpServer, SlowRequestIsCutOff) {
  const auto server = Start({Echo(5)}, {.time = std::chrono::seconds(2)});
  Connection connection(*server);
  connection.Send("POST /echo HT");
  EXPECT_EQ(connection.ReadAll(), "");
  EXPECT_THAT(Post(*server, "next"), HasSubstr("next"));
}

TEST(HttpServer, LongestIdleConnectionMakesRoom) {
  const auto server = Start({Echo(5)}, {.connections = 2});
  Connection first(*server);
  Connection second(*server);
  Connection third(*server);
  EXPECT_EQ(first.ReadAll(), "");
  for (Connection* open : {&second, &third}) {
    open->Send("POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_THAT(open->ReadAll(), HasSubstr("ok"));
  }
}

TEST(HttpServer, UnreadAnswerMakesRoom) {
  Route large{.path = "/large", .handle = [](const Request&, const Reply& reply) {
                reply({.body = std::string(std::size_t{64} << 20, 'x')});
              }};
  const auto server = Start({Echo(5), std::move(large)}, {.connections = 1});
  Connection slow(*server);
  slow.Send("GET /large HTTP/1.0\r\n\r\n");
  slow.ReadByte();
  const int before = counter.turned_away;
  EXPECT_THAT(Post(*server, "x"), HasSubstr("x"));
  EXPECT_EQ(counter.turned_away, before + 1);
}

TEST(HttpServer, ConnectionWithoutRoomIsClosed) {
  std::promise<Reply> asked;
  Route later{.path = "/later",
              .handle = [&](const Request&, Reply reply) { asked.set_value(std::move(reply)); }};
  const auto server = Start({std::move(later)}, {.connections = 1});
  Connection busy(*server);
  busy.Send("GET /later HTTP/1.0\r\n\r\n");
  const Reply reply = asked.get_future().get();
  const int before = counter.turned_away;
  Connection refused(*server);
  EXPECT_EQ(refused.ReadAll(), "");
  EXPECT_EQ(counter.turned_away, before + 1);
  reply({.body = "at last"});
  EXPECT_THAT(busy.ReadAll(), HasSubstr("at last"));
}

TEST(HttpServer, PermitIsHeldUntilTheAnswerHasBeenSent) {
  const auto permit = std::make_shared<Permit>();
  Route route = Echo(5);
  route.admit = [&](const Head& head, Response& refusal) -> std::shared_ptr<Permit> {
    refusal = {.code = status::too_many_requests, .fields = {{"Retry-After", "7"}}};
    return head.body_bytes == 2 ? permit : nullptr;
  };
  const auto server = Start({std::move(route)}, {});
  EXPECT_THAT(Post(*server, "ok"), HasSubstr("ok"));
  EXPECT_THAT(Post(*server, "no!"), HasSubstr("Retry-After: 7"));
  while (permit.use_count() > 1) std::this_thread::yield();
  Connection waiting(*server);
  waiting.Send("POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\no");
  while (permit.use_count() == 1) std::this_thread::yield();
  waiting.Send("k");
  waiting.ReadAll();
  while (permit.use_count() > 1) std::this_thread::yield();
}

TEST(HttpServer, AnswerFromAnotherThreadHoldsUpNobody) {
  std::promise<Reply> asked;
  Route later{.path = "/later",
              .handle = [&](const Request&, Reply reply) { asked.set_value(std::move(reply)); }};
  const auto server = Start({Echo(5), std::move(later)}, {});
  Connection waiting(*server);
  waiting.Send("GET /later HTTP/1.0\r\n\r\n");
  const Reply reply = asked.get_future().get();
  EXPECT_THAT(Post(*server, "quick"), HasSubstr("quick"));
  std::thread([&] { reply({.body = "at last"}); }).join();
  EXPECT_THAT(waiting.ReadAll(), HasSubstr("at last"));
}

TEST(HttpServer, EndsWithConnectionsOpen) {
  auto server = Start({Echo(5)}, {});
  Connection half_open(*server);
  half_open.Send("POST /echo HT");
  EXPECT_THAT(Post(*server, "x"), HasSubstr("x"));
  server.reset();
  EXPECT_EQ(half_open.ReadAll(), "");
}

}  // namespace
}  // namespace advantaged::http
