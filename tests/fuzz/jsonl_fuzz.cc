// The input of `advctl compute`. Its first line stands for the command line:
//
//   pass_at_k_grpo k=2 --stage clip=-1:1 --stage center --recenter --shape --mixed
//
// the lines after it are the file.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "advantaged/client/method_spec.h"
#include "cli/compute/compute.h"
#include "cli/compute/input_files.h"
#include "cli/compute/output.h"
#include "cli/compute/stage_flag.h"
#include "cli/terminal/failure.h"
#include "client/cpp/grpc_status.h"
#include "tests/fuzz/require.h"

namespace advantaged::fuzz {
namespace {

using cli::ExitCode;
using cli::Failure;

constexpr std::size_t kMaxBytes = 65536;

// Of the output, checks that it is JSON and says something of every response.
class CheckedOutput : public cli::Output {
 public:
  void Write(std::span<const cli::GroupResult> groups,
             const v1::ComputeAdvantagesResponse& reply) override {
    Require(reply.summary().groups() == groups.size(), "every group has its line");
    Require(!groups.empty(), "an accepted input has groups");
    for (const cli::GroupResult& group : groups) {
      const std::string text = cli::JsonLine(group);
      const auto line = nlohmann::json::parse(text, nullptr, false);
      Require(line.is_object(), "a line of output is a JSON object", text);
      Require(line["advantages"].size() == group.group->size, "every response has its advantage",
              text);
      for (const nlohmann::json& advantage : line["advantages"]) {
        Require(advantage.is_number(), "an advantage is a number", text);
      }
    }
  }
};

cli::ComputeJob ParseJob(const std::string& command) {
  cli::ComputeJob job;
  job.settings.set_group_statistics(true);
  job.settings.add_pass_at(2);
  std::istringstream words(command);
  std::string method;
  words >> method;
  std::vector<std::string> parameters;
  for (std::string word; words >> word;) {
    if (word == "--stage") {
      words >> word;
      *job.settings.add_stages() = cli::ParseStage(word);
    } else if (word == "--recenter") {
      job.settings.set_allow_recentering(true);
    } else if (word == "--shape") {
      job.settings.set_shape_rewards(true);
    } else if (word == "--mixed") {
      job.settings.set_zero_unless_mixed(true);
    } else if (word.find("=@") == std::string::npos) {  // a fuzzer reads no files
      parameters.push_back(word);
    }
  }
  const auto spec = client::ParseMethodSpec(method, parameters);
  if (!spec.ok()) throw Failure(ExitCode::kUsage, client::Message(spec.status()));
  *job.settings.mutable_method() = *spec;
  return job;
}

void Run(std::istream& input) {
  try {
    std::string command;
    std::getline(input, command);
    const cli::ComputeJob job = ParseJob(command);
    const auto backend = cli::MakeLocalBackend();
    CheckedOutput output;
    cli::InputFiles files({}, input);
    cli::Compute(job, files, *backend, output);
  } catch (const Failure& failure) {
    Require(failure.code() == ExitCode::kRefused || failure.code() == ExitCode::kUsage,
            "what is wrong is the input or the command", failure.what());
    Require(!std::string_view(failure.what()).empty(), "a failure says what is wrong");
  }
}

}  // namespace
}  // namespace advantaged::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > advantaged::fuzz::kMaxBytes) return 0;
  std::istringstream input(std::string(reinterpret_cast<const char*>(data), size));
  advantaged::fuzz::Run(input);
  return 0;
}
