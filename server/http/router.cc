#include "server/http/router.h"

namespace advantaged::http {

std::string_view PathOf(std::string_view target) { return target.substr(0, target.find('?')); }

const Route* Router::Find(verb method, std::string_view target, Response& refusal) const {
  const std::string_view path = PathOf(target);
  std::string paths;
  for (const Route& route : routes_) {
    paths += ' ' + route.path;
    if (route.path != path) continue;
    const bool reads = route.method == verb::get;
    if (method == route.method || (reads && method == verb::head)) return &route;
    refusal = {.code = status::method_not_allowed,
               .body = "Method not allowed. " + route.path + " takes " +
                       (reads ? "GET and HEAD" : "POST") + ".\n",
               .fields = {{"Allow", reads ? "GET, HEAD" : "POST"}}};
    return nullptr;
  }
  refusal = {.code = status::not_found, .body = "Not found. There are:" + paths + "\n"};
  return nullptr;
}

}  // namespace advantaged::http
