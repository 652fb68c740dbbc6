// What `advctl doctor` found out by one of its checks.
#ifndef ADVANTAGED_CLI_DOCTOR_FINDING_H_
#define ADVANTAGED_CLI_DOCTOR_FINDING_H_

#include <string>
#include <vector>

namespace advantaged::cli {

enum class Verdict {
  kOk,
  kNote,         // works, but somebody should know
  kWrong,        // a server answers, and something is wrong with it
  kUnreachable,  // no server answers
  kSkipped,      // could not be looked at
};

struct Finding {
  std::string check;
  Verdict verdict = Verdict::kOk;
  std::string found;
  std::string remedy{};  // of a note or a fault
};

// For people: a line for each, then what to do about those that need it.
std::string FindingsAsText(const std::vector<Finding>& findings);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_DOCTOR_FINDING_H_
