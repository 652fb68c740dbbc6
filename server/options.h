// The command line of `advantaged`. Each flag is an environment variable too; the flag wins.
#ifndef ADVANTAGED_SERVER_OPTIONS_H_
#define ADVANTAGED_SERVER_OPTIONS_H_

#include <sys/types.h>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "server/address.h"

namespace advantaged {

struct ServerOptions {
  std::vector<Address> listen;
  std::optional<Address> http_listen;  // nothing: off
  std::string ready_file;              // empty: none
  std::uint32_t max_request_bytes = 64U << 20;
  mode_t socket_mode = 0660;
};

// Returns the options, or nothing if the program should end with `exit_code`: 0 after --help and
// --version, which go to `out`; 2 after wrong usage, which is explained on `err`.
std::optional<ServerOptions> ParseServerOptions(int argc, const char* const* argv,
                                                std::ostream& out, std::ostream& err,
                                                int& exit_code);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_OPTIONS_H_
