// Which route a request takes.
#ifndef ADVANTAGED_SERVER_HTTP_ROUTER_H_
#define ADVANTAGED_SERVER_HTTP_ROUTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.h"

namespace advantaged::http {

class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

  // The route for a method and a request target ("/metrics?x=y"), or null; then `refusal` is the
  // answer: 404 with the paths there are, or 405 with the methods the path has.
  const Route* Find(verb method, std::string_view target, Response& refusal) const;

 private:
  std::vector<Route> routes_;
};

// The target without its query.
std::string_view PathOf(std::string_view target);
// What stands behind its "?".
std::string_view QueryOf(std::string_view target);

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_ROUTER_H_
