#include "cli/compute/compute.h"

#include <cstdio>
#include <string>

#include "advantaged/client/method_spec.h"
#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "cli/compute/batch.h"
#include "cli/compute/explain_batch.h"
#include "cli/compute/input_row.h"
#include "cli/compute/input_rules.h"
#include "cli/compute/row_groups.h"
#include "cli/flags/server_flags.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/progress_bar.h"

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

  void Run(InputFiles& input) {
    ProgressBar progress(input.bytes(), job_.show_progress);
    std::string text;
    Place place;
    while (input.Next(text, place)) {
      TakeText(place, text);
      progress.Update(input.bytes_read(), Concat(batch_.groups().size(), " groups"));
    }
    const std::string problem = rows_.FillRewards(job_.settings.trajectory_reward());
    if (!problem.empty()) throw Failure(ExitCode::kRefused, problem);
    for (const RowGroup& group : rows_.groups()) batch_.Add(group);
    if (batch_.groups().empty()) {
      throw Failure(ExitCode::kRefused, "the input is empty: no line with rewards");
    }
    Call();
  }

 private:
  void TakeText(const Place& place, const std::string& text) {
    const bool is_row = IsRow(text);
    if (!first_) {
      first_ = place;
      has_rows_ = is_row;
    }
    std::string problem;
    InputLine line;
    if (is_row != has_rows_) {
      problem = Concat(is_row ? "a response of its own, but " : "a whole group, but ",
                       Text(*first_), is_row ? " is a whole group" : " is a response of its own",
                       "; an input has the one or the other");
    } else if (is_row) {
      problem = rows_.Add(place, text);
    } else {
      problem = ParseInputLine(text, line);
      if (problem.empty()) problem = rules_.Check(place, line);
    }
    if (!problem.empty()) {
      throw Failure(ExitCode::kRefused, Concat(Text(place), ": ", problem));
    }
    if (!is_row) batch_.Add(place, std::move(line));  // of a row's group more may come
  }

  void Call() {
    const auto reply = backend_.Compute(batch_.view(), job_.settings);
    ThrowUnlessAnswered(reply.status(), backend_);
    if (!reply.ok()) throw Failure(ExitCode::kRefused, ExplainBatch(reply.status(), batch_));
    output_.Write(GroupResults(batch_, *reply, inputs_), *reply);
    for (const v1::Warning& warning : reply->warnings()) {
      std::fputs(Concat("warning: ", warning.message(), "\n").c_str(), stderr);
    }
  }

  const ComputeJob& job_;
  Backend& backend_;
  Output& output_;
  MethodInputs inputs_;
  Batch batch_;
  InputRules rules_;
  RowGroups rows_;
  std::optional<Place> first_;  // line of the input
  bool has_rows_ = false;
};

}  // namespace

void Compute(const ComputeJob& job, InputFiles& input, Backend& backend, Output& output) {
  Computation(job, backend, output).Run(input);
}

}  // namespace advantaged::cli
