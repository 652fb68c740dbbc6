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

  // The route for a method and a request target ("/metrics?x=y", or "*" with OPTIONS), or null;
  // then `answer` is the answer: 404 with the paths there are, 405 with the methods the path has,
  // or to OPTIONS these methods.
  const Route* Find(verb method, std::string_view target, Response& answer) const;

 private:
  std::vector<Route> routes_;
};

// The target without its query.
std::string_view PathOf(std::string_view target);
// What stands behind its "?".
std::string_view QueryOf(std::string_view target);

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_ROUTER_H_
