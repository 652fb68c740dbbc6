#include "cli/doctor/finding.h"

#include "base/text.h"
#include "cli/terminal/text_table.h"

namespace advantaged::cli {
namespace {

const char* Word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kNote:
      return "note";
    case Verdict::kWrong:
    case Verdict::kUnreachable:
      return "FAILED";
    case Verdict::kSkipped:
      return "skipped";
  }
  return "";
}

}  // namespace

std::string FindingsAsText(const std::vector<Finding>& findings) {
  TextTable table;
  for (const char* title : {"check", "result", "found"}) {
    table.AddColumn(title, TextTable::Align::kLeft);
  }
  std::string remedies;
  for (const Finding& finding : findings) {
    table.AddRow({finding.check, Word(finding.verdict), finding.found});
    if (finding.remedy.empty()) continue;
    Append(remedies, Concat("\n", finding.check, ": ", finding.remedy, "\n"));
  }
  return table.Format() + remedies;
}

}  // namespace advantaged::cli
