// The HTTP server by itself: limits, deferred answers, many connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/http/server.h"

namespace advantaged::http {
namespace {

using boost::asio::ip::tcp;
using testing::AllOf;
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
  void OnHeld(std::size_t bytes) override { held = bytes; }
  void OnDropped(Drop reason) override { ++dropped[static_cast<std::size_t>(reason)]; }
  void OnRequest(std::string_view) override {}
  void OnAnswer(std::string_view, status) override {}

  std::atomic<int>& Dropped(Drop reason) { return dropped[static_cast<std::size_t>(reason)]; }

  std::atomic<std::size_t> held = 0;
  std::array<std::atomic<int>, 4> dropped{};
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
  const int before = counter.Dropped(Drop::kConnections);
  EXPECT_THAT(Post(*server, "x"), HasSubstr("x"));
  EXPECT_EQ(counter.Dropped(Drop::kConnections), before + 1);
}

// Takes everything.
std::shared_ptr<RequestGuard> Take(const Head&, Response&) {
  return std::make_shared<RequestGuard>();
}

TEST(HttpServer, ConnectionWithoutRoomIsClosed) {
  std::promise<Reply> asked;
  Route later{.path = "/later", .admit = Take, .handle = [&](const Request&, Reply reply) {
                asked.set_value(std::move(reply));
              }};
  const auto server = Start({std::move(later)}, {.connections = 1});
  Connection busy(*server);
  busy.Send("GET /later HTTP/1.0\r\n\r\n");
  const Reply reply = asked.get_future().get();
  const int before = counter.Dropped(Drop::kConnections);
  Connection refused(*server);
  EXPECT_EQ(refused.ReadAll(), "");
  EXPECT_EQ(counter.Dropped(Drop::kConnections), before + 1);
  reply({.body = "at last"});
  EXPECT_THAT(busy.ReadAll(), HasSubstr("at last"));
}

TEST(HttpServer, PermitIsHeldUntilTheAnswerHasBeenSent) {
  const auto guard = std::make_shared<RequestGuard>();
  Route route = Echo(5);
  route.admit = [&](const Head& head, Response& refusal) -> std::shared_ptr<RequestGuard> {
    refusal = {.code = status::too_many_requests, .fields = {{"Retry-After", "7"}}};
    return head.body_bytes == 2 ? guard : nullptr;
  };
  const auto server = Start({std::move(route)}, {});
  EXPECT_THAT(Post(*server, "ok"), HasSubstr("ok"));
  EXPECT_THAT(Post(*server, "no!"), HasSubstr("Retry-After: 7"));
  while (guard.use_count() > 1) std::this_thread::yield();
  Connection waiting(*server);
  waiting.Send("POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\no");
  while (guard.use_count() == 1) std::this_thread::yield();
  waiting.Send("k");
  waiting.ReadAll();
  while (guard.use_count() > 1) std::this_thread::yield();
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

TEST(HttpServer, AnswerThatIsLateIsGivenByTheServer) {
  std::promise<Reply> asked;
  Route never{.path = "/never", .admit = Take, .handle = [&](const Request&, Reply reply) {
                asked.set_value(std::move(reply));
              }};
  const auto server = Start({Echo(5), std::move(never)}, {.time = std::chrono::milliseconds(100)});
  Connection waiting(*server);
  waiting.Send("GET /never HTTP/1.1\r\nHost: x\r\n\r\nGET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  // The end of the connection, too: what the route says later must be no answer to the next
  // request.
  EXPECT_THAT(waiting.ReadAll(), AllOf(StartsWith("HTTP/1.1 504 "), HasSubstr("close")));
  asked.get_future().get()({.body = "at last"});
  EXPECT_THAT(Post(*server, "next"), HasSubstr("next"));
}

TEST(HttpServer, WhoeverWaitsForAPageMakesRoom) {
  std::promise<Reply> asked;
  Route page{.path = "/page",
             .handle = [&](const Request&, Reply reply) { asked.set_value(std::move(reply)); }};
  const auto server = Start({Echo(5), std::move(page)}, {.connections = 1});
  Connection waiting(*server);
  waiting.Send("GET /page HTTP/1.0\r\n\r\n");
  const Reply reply = asked.get_future().get();
  EXPECT_THAT(Post(*server, "x"), HasSubstr("x"));
  EXPECT_EQ(waiting.ReadAll(), "");
  reply({.body = "nobody reads this"});
}

TEST(HttpServer, HeadersThatDoNotEndHoldABoundedNumberOfBytes) {
  constexpr std::size_t kHeld = 100'000;
  const auto server = Start({Echo(5)}, {.held_bytes = kHeld});
  const int before = counter.Dropped(Drop::kBytes);
  std::vector<std::unique_ptr<Connection>> crowd;
  for (int i = 0; i < 20; ++i) {
    crowd.push_back(std::make_unique<Connection>(*server));
    crowd.back()->Send("GET / HTTP/1.1\r\nA: " + std::string(16000, 'x'));
  }
  while (counter.Dropped(Drop::kBytes) < before + 12) std::this_thread::yield();
  EXPECT_LE(counter.held, kHeld);
  EXPECT_EQ(crowd.front()->ReadAll(), "") << "the first has waited longest";
  EXPECT_THAT(Post(*server, "x"), HasSubstr("x"));
}

TEST(HttpServer, ReadersOfOnePageShareIt) {
  constexpr std::size_t kPage = std::size_t{64} << 20;
  const Body body(std::string(kPage, 'x'));
  Route page{.path = "/page",
             .handle = [&](const Request&, const Reply& reply) { reply({.body = body}); }};
  const auto server = Start({Echo(5), std::move(page)}, {});
  std::vector<std::unique_ptr<Connection>> readers;
  for (int i = 0; i < 100; ++i) {
    readers.push_back(std::make_unique<Connection>(*server));
    readers.back()->Send("GET /page HTTP/1.0\r\n\r\n");
    readers.back()->ReadByte();
  }
  EXPECT_THAT(Post(*server, "x"), HasSubstr("x"));
  // Of each what the kernel may have of it.
  EXPECT_GE(counter.held, readers.size() * 32'000);
  EXPECT_LE(counter.held, readers.size() * 64'000);
}

TEST(HttpServer, SlowClientsAreCounted) {
  Route large{.path = "/large", .handle = [](const Request&, const Reply& reply) {
                reply({.body = std::string(std::size_t{64} << 20, 'x')});
              }};
  const auto server = Start({Echo(5), std::move(large)}, {.time = std::chrono::milliseconds(200)});
  const int readers = counter.Dropped(Drop::kSlowReader);
  const int requests = counter.Dropped(Drop::kSlowRequest);
  Connection slow(*server);
  slow.Send("GET /large HTTP/1.0\r\n\r\n");
  while (counter.Dropped(Drop::kSlowReader) == readers) std::this_thread::yield();
  for (const char* half :
       {"GET /la", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1"}) {
    Connection connection(*server);
    connection.Send(half);
    EXPECT_EQ(connection.ReadAll(), "");
  }
  Connection silent(*server);
  EXPECT_EQ(silent.ReadAll(), "");
  Connection idle(*server);
  idle.Send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(idle.ReadAll(), HasSubstr("404"));
  EXPECT_EQ(counter.Dropped(Drop::kSlowReader), readers + 1);
  EXPECT_EQ(counter.Dropped(Drop::kSlowRequest), requests + 2);
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
