// The flags of `advantaged`.
#ifndef ADVANTAGED_SERVER_CONFIG_COMMAND_LINE_H_
#define ADVANTAGED_SERVER_CONFIG_COMMAND_LINE_H_

#include <iosfwd>
#include <string>

#include "server/config/layer.h"

namespace advantaged {

struct CommandLine {
  Layer settings;
  std::string config;  // --config; empty: not given
  bool print_config = false;
  bool check_config = false;
  bool answered = false;  // --help or --version was: there is nothing to do
};

// Reads the flags; values are not looked at. --help and --version are answered on `out`.
CommandLine ReadCommandLine(int argc, const char* const* argv, std::ostream& out, Errors& errors);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_COMMAND_LINE_H_
