#include "cli/compute.h"

#include <cstdio>
#include <string>

#include "advantaged/client/method_spec.h"
#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "cli/batch.h"
#include "cli/explain.h"
#include "cli/failure.h"
#include "cli/input_rules.h"
#include "cli/progress_bar.h"
#include "cli/server_flags.h"

namespace advantaged::cli {
namespace {

// Asks the service what its method works on. Also finds out whether there is a service before a
// large input is read.
MethodInputs InputsOf(const v1::ComputeAdvantagesRequest& settings, Backend& backend) {
  MethodInputs inputs{.rewards = true, .constant_tolerance = settings.constant_tolerance()};
  const auto list = backend.ListMethods();
  ThrowUnlessAnswered(list.status(), backend);
  const std::string text = client::FormatMethodSpec(settings.method());
  const std::string name = text.substr(0, text.find(' '));
  for (const v1::MethodDescription& method : list->methods()) {
    if (method.name() != name) continue;
    inputs.rewards = method.input() == v1::METHOD_INPUT_REWARDS || settings.shape_rewards();
    return inputs;
  }
  throw Failure(ExitCode::kRefused, Concat(backend.name(), " does not know the method ", name,
                                           ": it is older than this advctl"));
}

class Computation {
 public:
  Computation(const ComputeJob& job, Backend& backend, Output& output)
      : job_(job), backend_(backend), output_(output), inputs_(InputsOf(job.settings, backend)) {}

  void Run(std::istream& input) {
    ProgressBar progress(job_.input_bytes, job_.show_progress);
    std::string text;
    std::uint64_t bytes = 0;
    for (std::size_t number = 1; std::getline(input, text); ++number) {
      bytes += text.size() + 1;
      if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
      if (TakeLine(number, text)) progress.Update(bytes, Concat(groups_, " groups"));
    }
    if (input.bad()) throw Failure(ExitCode::kRefused, "cannot read the input");
    if (!batch_.groups().empty()) Call();
    if (groups_ == 0) throw Failure(ExitCode::kRefused, "the input is empty: no line with rewards");
  }

  const Totals& totals() const { return totals_; }

 private:
  // Returns whether a call had to be made first, to make room.
  bool TakeLine(std::size_t number, const std::string& text) {
    InputLine line;
    std::string problem = ParseInputLine(text, line);
    if (problem.empty()) problem = rules_.Check(number, line);
    if (!problem.empty()) {
      throw Failure(ExitCode::kRefused, Concat("line ", number, ": ", problem));
    }
    const bool full = !batch_.groups().empty() &&
                      batch_.response_count() + line.rewards.size() > job_.max_call_responses;
    if (full && job_.settings.stages_size() > 0) {
      throw Failure(ExitCode::kRefused,
                    Concat("line ", number,
                           ": stages need the whole batch in one call, and it has"
                           " more than --max-call-responses ",
                           job_.max_call_responses));
    }
    if (full) Call();
    batch_.Add(number, std::move(line));
    return full;
  }

  void Call() {
    const auto reply = backend_.Compute(batch_.view(), job_.settings);
    ThrowUnlessAnswered(reply.status(), backend_);
    if (!reply.ok()) throw Failure(ExitCode::kRefused, Explain(reply.status(), batch_));
    totals_.Add(*reply);
    output_.Write(GroupResults(batch_, *reply, inputs_));
    groups_ += batch_.groups().size();
    batch_.Clear();
  }

  const ComputeJob& job_;
  Backend& backend_;
  Output& output_;
  MethodInputs inputs_;
  Batch batch_;
  InputRules rules_;
  Totals totals_;
  std::uint64_t groups_ = 0;
};

}  // namespace

void Compute(const ComputeJob& job, std::istream& input, Backend& backend, Output& output) {
  Computation computation(job, backend, output);
  computation.Run(input);
  output.Finish(computation.totals());
  for (const std::string& warning : computation.totals().Warnings()) {
    std::fputs(Concat("warning: ", warning, "\n").c_str(), stderr);
  }
}

}  // namespace advantaged::cli
