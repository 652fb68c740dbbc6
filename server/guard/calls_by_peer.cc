#include "server/guard/calls_by_peer.h"

#include <grpc/grpc.h>
#include <grpc/support/alloc.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace advantaged {
namespace {

using Json = nlohmann::json;

// What channelz answers; an empty object if it has nothing.
Json Take(char* text) {
  if (text == nullptr) return Json::object();
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  gpr_free(text);
  return json.is_object() ? json : Json::object();
}

// Numbers are texts, and 0 is left out.
std::int64_t Number(const Json& object, const char* name) {
  const std::string text = object.value(name, "0");
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "chttp2 ipv4:127.0.0.1:1234"
std::optional<Peer> PeerOfSocket(const Json& reference) {
  const std::string name = reference.value("name", "");
  return ParsePeer(std::string_view(name).substr(name.rfind(' ') + 1));
}

std::uint64_t OpenCallsOf(std::int64_t socket_id) {
  const Json answer = Take(grpc_channelz_get_socket(socket_id));
  const Json data = answer.value("socket", Json::object()).value("data", Json::object());
  const std::int64_t open = Number(data, "streamsStarted") - Number(data, "streamsSucceeded") -
                            Number(data, "streamsFailed");
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, open));
}

// Calls visit(element) for each element of every page of a list.
template <typename Page, typename Visit>
void ForEach(const char* list, const char* id, Page page, Visit visit) {
  for (std::int64_t start = 0;;) {
    const Json answer = Take(page(start));
    const Json elements = answer.value(list, Json::array());
    for (const Json& element : elements) {
      visit(element);
      start = Number(element.value("ref", element), id) + 1;
    }
    if (elements.empty() || answer.value("end", false)) return;
  }
}

}  // namespace

std::map<Peer, std::uint64_t> OpenCallsByPeer() {
  std::map<Peer, std::uint64_t> calls;
  ForEach("server", "serverId", grpc_channelz_get_servers, [&](const Json& server) {
    const std::int64_t id = Number(server.value("ref", Json::object()), "serverId");
    const auto page = [id](std::int64_t start) {
      return grpc_channelz_get_server_sockets(id, start, 0);
    };
    ForEach("socketRef", "socketId", page, [&](const Json& socket) {
      const std::optional<Peer> peer = PeerOfSocket(socket);
      if (peer) calls[*peer] += OpenCallsOf(Number(socket, "socketId"));
    });
  });
  return calls;
}

}  // namespace advantaged
