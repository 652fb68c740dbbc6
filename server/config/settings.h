// Every setting of the server, one row each. A row is a flag, an environment variable and a key of
// the configuration file at once, and all that --help, --print-config and a reload know of it.
#ifndef ADVANTAGED_SERVER_CONFIG_SETTINGS_H_
#define ADVANTAGED_SERVER_CONFIG_SETTINGS_H_

#include <span>
#include <string>
#include <string_view>

#include "server/config/kind.h"

namespace advantaged {

// When a change of the configuration file has an effect.
enum class Change {
  kAtReload,   // SIGHUP applies it: Daemon::Apply must read the member
  kAtRestart,  // SIGHUP says that it needs a restart
};

struct Setting {
  std::string_view name;   // as in the flag, e.g. "max-request-bytes"
  std::string_view group;  // heading of --help and of the configuration file
  Change change;
  Kind kind;
  std::string_view description;

  std::string flag() const;      // "--max-request-bytes"
  std::string variable() const;  // "ADVANTAGED_MAX_REQUEST_BYTES"
  std::string key() const;       // "max_request_bytes"
};

// The rows, those of a group together.
std::span<const Setting> Settings();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_SETTINGS_H_
