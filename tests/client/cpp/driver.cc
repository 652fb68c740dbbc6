// The C++ client behind lines of JSON, so that one harness can drive the clients of all languages.
//
//   client_driver TARGET [--deadline SECONDS] [--max-connection-age SECONDS]
//
// reads one request a line: the JSON of ComputeAdvantagesRequest with the names of the contract,
// its arrays as `rewards`, `group_size` or `group_sizes` or `group_ids`, `lengths`,
// `trajectory_ids` and bitmaps. It writes one line for each, in order: the advantages, as base64 of
// float32, `summary` and, if asked for, `group_statistics`; or the error with its violations.
#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "advantaged/client/client.h"

namespace advantaged {
namespace {

using nlohmann::json;

std::span<const std::uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <typename Value>
std::span<const Value> View(const google::protobuf::RepeatedField<Value>& field) {
  return {field.data(), static_cast<std::size_t>(field.size())};
}

client::Batch ViewBatch(const v1::ComputeAdvantagesRequest& request) {
  client::Batch batch;
  batch.rewards = View(request.rewards());
  if (request.has_group_size()) batch.group_size = request.group_size();
  batch.group_sizes = View(request.group_sizes());
  batch.group_ids = View(request.group_ids());
  batch.valid = client::Mask::Bitmap(Bytes(request.valid()));
  batch.outcomes = client::Mask::Bitmap(Bytes(request.outcomes()));
  batch.lengths = View(request.lengths());
  batch.trajectory_ids = View(request.trajectory_ids());
  return batch;
}

client::Settings WithoutArrays(const v1::ComputeAdvantagesRequest& request) {
  client::Settings settings = request;
  settings.clear_rewards();
  settings.clear_group_size();
  settings.clear_group_sizes();
  settings.clear_group_ids();
  settings.clear_valid();
  settings.clear_outcomes();
  settings.clear_lengths();
  settings.clear_trajectory_ids();
  return settings;
}

json ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) std::abort();
  return json::parse(text);
}

// By the JSON of a message that has nothing else.
json AdvantagesAsBytes(const client::Reply& reply) {
  client::Reply bytes;
  const auto advantages = client::Advantages(reply);
  bytes.mutable_advantages_float32_le()->assign(reinterpret_cast<const char*>(advantages.data()),
                                                advantages.size_bytes());
  return ToJson(bytes)["advantages_float32_le"];
}

json ToJson(const client::Reply& reply) {
  json line = {{"advantages_float32_le", AdvantagesAsBytes(reply)},
               {"summary", ToJson(static_cast<const google::protobuf::Message&>(reply.summary()))}};
  if (reply.has_group_statistics()) {
    line["group_statistics"] =
        ToJson(static_cast<const google::protobuf::Message&>(reply.group_statistics()));
  }
  return line;
}

json ToJson(const absl::Status& status) {
  json violations = json::array();
  for (const client::Violation& violation : client::Violations(status)) {
    json mentions = json::array();
    for (const client::Mention& one : violation.mentions) {
      constexpr const char* kKinds[] = {"unknown", "group", "trajectory", "row", "value"};
      mentions.push_back({{"kind", kKinds[static_cast<int>(one.kind)]},
                          {"number", one.number},
                          {"group_id", one.group_id ? json(*one.group_id) : json()},
                          {"text", violation.description.substr(one.begin, one.end - one.begin)}});
    }
    violations.push_back({{"field", violation.field},
                          {"description", violation.description},
                          {"mentions", mentions}});
  }
  return {{"error", absl::StatusCodeToString(status.code())},
          {"message", std::string(status.message().data(), status.message().size())},
          {"violations", violations}};
}

json Answer(client::Client& client, const std::string& line) {
  v1::ComputeAdvantagesRequest request;
  if (const auto status = google::protobuf::util::JsonStringToMessage(line, &request);
      !status.ok()) {
    std::cerr << "not a request: " << status.ToString() << '\n';
    std::exit(2);
  }
  const auto reply = client.Compute(ViewBatch(request), WithoutArrays(request));
  return reply.ok() ? ToJson(*reply) : ToJson(reply.status());
}

int Main(int count, char** arguments) {
  CLI::App app("The C++ client behind lines of JSON");
  std::string target;
  double deadline = 60;
  double max_connection_age = 300;
  app.add_option("target", target)->required();
  app.add_option("--deadline", deadline);
  app.add_option("--max-connection-age", max_connection_age);
  CLI11_PARSE(app, count, arguments);
  const auto milliseconds = [](double seconds) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(seconds));
  };
  client::ClientOptions options;
  options.deadline = milliseconds(deadline);
  options.max_connection_age = milliseconds(max_connection_age);
  client::Client client(target, options);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << Answer(client, line).dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace advantaged

int main(int count, char** arguments) { return advantaged::Main(count, arguments); }
