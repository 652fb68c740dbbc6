#include "cli/doctor/environment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/text.h"

namespace advantaged::cli {
namespace {

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The first of these that is set, or "".
template <typename... Names>
const char* FirstSet(Names... names) {
  for (const char* name : {names...}) {
    if (!Variable(name).empty()) return name;
  }
  return "";
}

std::string HostOf(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (const std::size_t scheme = host.rfind('/'); scheme != std::string::npos) {
    host.erase(0, scheme + 1);
  }
  return host;
}

bool IsExempt(std::string_view host, std::string_view entries) {
  while (!entries.empty()) {
    const std::size_t comma = entries.find(',');
    std::string_view entry = entries.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    if (!entry.empty() && host.ends_with(entry)) return true;
    if (comma == std::string_view::npos) break;
    entries.remove_prefix(comma + 1);
  }
  return false;
}

std::string Octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777U));
  return text;
}

}  // namespace

Finding CheckProxy(const std::string& address) {
  Finding finding{.check = "proxy", .found = ""};
  if (address.starts_with("unix:")) {
    finding.found = "a Unix socket goes through none";
    return finding;
  }
  const char* proxy = FirstSet("grpc_proxy", "https_proxy", "http_proxy");
  if (*proxy == '\0') {
    finding.found = "none of grpc_proxy, https_proxy and http_proxy is set";
    return finding;
  }
  const char* exempt = FirstSet("no_grpc_proxy", "no_proxy");
  const std::string host = HostOf(address);
  if (*exempt != '\0' && IsExempt(host, Variable(exempt))) {
    finding.found = Concat(proxy, "=", Variable(proxy), ", but ", exempt, " exempts ", host);
    return finding;
  }
  finding.verdict = Verdict::kNote;
  finding.found = Concat(proxy, "=", Variable(proxy), " would catch ", host);
  finding.remedy = Concat(
      "the clients of advantaged do not use it, but other gRPC clients do, and then fail to "
      "connect or are slow; set no_proxy=",
      host);
  return finding;
}

Finding CheckSocket(const std::string& path) {
  Finding finding{.check = "socket", .verdict = Verdict::kUnreachable, .found = ""};
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) {
    finding.found = Concat(path, ": ", std::strerror(errno));
    finding.remedy =
        errno == EACCES
            ? "this user may not search one of its folders: chmod o+x them, or run as their group"
            : Concat("start the server:  advantaged --listen unix:", path,
                     "\n(in containers both must mount the folder of the socket)");
    return finding;
  }
  const std::string facts =
      Concat(path, ": mode ", Octal(file.st_mode), ", owner ", file.st_uid, ":", file.st_gid,
             "; this process is ", geteuid(), ":", getegid());
  finding.found = facts;
  if (!S_ISSOCK(file.st_mode)) {
    finding.found = Concat(path, " is no socket");
    finding.remedy = Concat("remove it, and start the server:  advantaged --listen unix:", path);
    return finding;
  }
  if (access(path.c_str(), W_OK) != 0) {
    finding.remedy =
        "to connect takes the right to write: start the server with --socket-mode 0666, or run "
        "both as one user or group";
    return finding;
  }
  finding.verdict = Verdict::kOk;
  return finding;
}

}  // namespace advantaged::cli
