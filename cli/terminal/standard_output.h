// What all commands print to.
#ifndef ADVANTAGED_CLI_TERMINAL_STANDARD_OUTPUT_H_
#define ADVANTAGED_CLI_TERMINAL_STANDARD_OUTPUT_H_

#include <string>

namespace advantaged::cli {

// Writes to standard output now; throws a Failure if it cannot, e.g. because the disk is full.
void WriteOut(const std::string& text);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_TERMINAL_STANDARD_OUTPUT_H_
