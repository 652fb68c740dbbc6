// How a command ends when it cannot do what was asked: a message for stderr and an exit code.
#ifndef ADVANTAGED_CLI_TERMINAL_FAILURE_H_
#define ADVANTAGED_CLI_TERMINAL_FAILURE_H_

#include <stdexcept>
#include <string>

namespace advantaged::cli {

// Scripts rely on these.
enum class ExitCode {
  kOk = 0,
  kRefused = 1,      // the input, or what the method makes of it; the message names line and field
  kUsage = 2,        // the command line
  kUnreachable = 3,  // no server answered
};

// Thrown anywhere below main, which prints and returns it.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_TERMINAL_FAILURE_H_
