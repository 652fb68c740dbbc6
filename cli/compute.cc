#include "cli/compute.h"

#include <cstdio>
#include <string>

#include "advantaged/client/method_spec.h"
#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "cli/batch.h"
#include "cli/explain.h"
#include "cli/failure.h"
#include "cli/input_row.h"
#include "cli/input_rules.h"
#include "cli/progress_bar.h"
#include "cli/row_groups.h"
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

  void Run(InputFiles& input) {
    ProgressBar progress(input.bytes(), job_.show_progress);
    std::string text;
    Place place;
    while (input.Next(text, place)) {
      if (TakeText(place, text)) progress.Update(input.bytes_read(), Concat(groups_, " groups"));
    }
    const std::string problem = rows_.FillRewards(job_.settings.trajectory_reward());
    if (!problem.empty()) throw Failure(ExitCode::kRefused, problem);
    for (const RowGroup& group : rows_.groups()) {
      if (MakeRoom(group.front()->place, group.size())) {
        progress.Update(input.bytes_read(), Concat(groups_, " groups"));
      }
      batch_.Add(group);
    }
    if (!batch_.groups().empty()) Call();
    if (groups_ == 0) throw Failure(ExitCode::kRefused, "the input is empty: no line with rewards");
  }

  const Totals& totals() const { return totals_; }

 private:
  // These return whether a call had to be made first, to make room.

  bool TakeText(const Place& place, const std::string& text) {
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
    if (is_row) return false;  // more of its group may come
    const bool called = MakeRoom(place, line.rewards.size());
    batch_.Add(place, std::move(line));
    return called;
  }

  // For a group of so many rewards.
  bool MakeRoom(const Place& place, std::size_t rewards) {
    const bool full =
        !batch_.groups().empty() && batch_.response_count() + rewards > job_.max_call_responses;
    if (full && job_.settings.stages_size() > 0) {
      throw Failure(ExitCode::kRefused,
                    Concat(Text(place),
                           ": stages need the whole batch in one call, and it has"
                           " more than --max-call-responses ",
                           job_.max_call_responses));
    }
    if (full) Call();
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
  RowGroups rows_;
  std::optional<Place> first_;  // line of the input
  bool has_rows_ = false;
  Totals totals_;
  std::uint64_t groups_ = 0;
};

}  // namespace

void Compute(const ComputeJob& job, InputFiles& input, Backend& backend, Output& output) {
  Computation computation(job, backend, output);
  computation.Run(input);
  output.Finish(computation.totals());
  for (const std::string& warning : computation.totals().Warnings()) {
    std::fputs(Concat("warning: ", warning, "\n").c_str(), stderr);
  }
}

}  // namespace advantaged::cli
