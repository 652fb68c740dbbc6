#include "server/http/router.h"

namespace advantaged::http {

std::string_view PathOf(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view QueryOf(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

const Route* Router::Find(verb method, std::string_view target, Response& answer) const {
  const std::string_view path = PathOf(target);
  std::string paths;
  std::string allowed;
  for (const Route& route : routes_) {
    if (!paths.ends_with(' ' + route.path)) paths += ' ' + route.path;
    if (route.path != path) continue;
    const bool reads = route.method == verb::get;
    if (method == route.method || (reads && method == verb::head)) return &route;
    allowed += reads ? "GET, HEAD, " : "POST, ";
  }
  if (path == "*") allowed = "GET, HEAD, POST, ";
  if (allowed.empty()) {
    answer = {.code = status::not_found, .body = "Not found. There are:" + paths + "\n"};
    return nullptr;
  }
  allowed += "OPTIONS";
  if (method == verb::options) {
    answer = {};
  } else {
    answer = {.code = status::method_not_allowed,
              .body = "Method not allowed. " + std::string(path) + " takes " + allowed + ".\n"};
  }
  answer.fields = {{"Allow", allowed}};
  return nullptr;
}

}  // namespace advantaged::http
