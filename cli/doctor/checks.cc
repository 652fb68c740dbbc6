#include "cli/doctor/checks.h"

#include <bit>
#include <chrono>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/terminal/text_table.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::cli {
namespace {

// Of the numerics whose bits are below.
constexpr std::uint32_t kGoldenNumerics = 2;

bool Says(const std::string& message, std::string_view words) {
  return message.find(words) != std::string::npos;
}

std::string RemedyFor(const absl::Status& status, const std::string& target) {
  const std::string message = client::Message(status);
  if (absl::IsDeadlineExceeded(status) || Says(message, "imed out")) {
    return "something drops the packets: look at firewalls, security groups and network policies, "
           "or at a server that hangs (its /livez); --timeout gives it longer";
  }
  if (Says(message, "refused") || Says(message, "No such file")) {
    return Concat("nothing listens there; start a server:  advantaged --listen ", target,
                  "\nor name another: --server or ADVANTAGED_TARGET (a server prints where it "
                  "listens, and writes it to --ready-file)");
  }
  if (Says(message, "DNS") || Says(message, "resol")) {
    return "the name is not known here: check its spelling, or the DNS of this machine";
  }
  return "what answers does not speak gRPC as we do: with TLS where we have none, or the other way "
         "round (--tls-ca), with another authority, or for clients with a certificate only "
         "(--tls-certificate; the server's log says why it refuses one)? Or is it the HTTP port "
         "(--http-listen, 9464) instead of that of gRPC (--listen, 50051), or a proxy?";
}

// Six responses of each of two prompts.
struct Golden {
  const char* method;
  std::vector<float> rewards;
  std::vector<std::uint32_t> bits;  // of the advantages
};

v1::MethodSpec PassAt2() {
  v1::MethodSpec method;
  method.mutable_pass_at_k_grpo()->set_k(2);
  return method;
}

v1::MethodSpec Grpo() {
  v1::MethodSpec method;
  method.mutable_grpo();
  return method;
}

// The first place where the bits differ, or "" if none.
std::string Difference(const Golden& golden, const client::Reply& reply) {
  const auto found = client::Advantages(reply);
  if (found.size() != golden.bits.size()) {
    return Concat(golden.method, ": ", found.size(), " advantages for ", golden.bits.size(),
                  " rewards");
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::bit_cast<std::uint32_t>(found[i]) == golden.bits[i]) continue;
    return Concat(golden.method, ": advantage ", i, " is ", found[i], " instead of ",
                  std::bit_cast<float>(golden.bits[i]));
  }
  return "";
}

}  // namespace

Finding CheckConnection(client::Client& client, v1::GetServerInfoResponse& info) {
  Finding finding{.check = "connection", .found = ""};
  const auto start = std::chrono::steady_clock::now();
  const auto answer = client.GetServerInfo();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  if (answer.ok()) {
    info = *answer;
    finding.found = Concat("answered in ", Rounded(took.count(), 3), " ms, connecting included");
    return finding;
  }
  finding.found = client::Message(answer.status());
  if (client::IsUnreachable(answer.status())) {
    finding.verdict = Verdict::kUnreachable;
    finding.remedy = RemedyFor(answer.status(), client.target());
    return finding;
  }
  finding.verdict = Verdict::kWrong;
  finding.found = Concat("a gRPC server answered: ", finding.found);
  finding.remedy = "it is no advantaged; look at the address, and at what stands behind its port";
  return finding;
}

Finding CheckHealth(client::Client& client) {
  Finding finding{.check = "health", .found = "serving"};
  const auto serving = client.IsServing();
  if (absl::IsUnimplemented(serving.status())) {
    finding.verdict = Verdict::kNote;
    finding.found = "the server has no grpc.health.v1";
    finding.remedy = "something that is no advantaged may stand in between";
  } else if (!serving.ok()) {
    finding.verdict = Verdict::kUnreachable;
    finding.found = client::Message(serving.status());
    finding.remedy = "the server went away meanwhile: look at its log";
  } else if (!*serving) {
    finding.verdict = Verdict::kUnreachable;
    finding.found = "NOT_SERVING";
    finding.remedy =
        "it starts or shuts down, and clients leave it out: wait, or look at its log "
        "and its /readyz";
  }
  return finding;
}

Finding CheckVersions(const v1::GetServerInfoResponse& info, const v1::GetServerInfoResponse& own) {
  Finding finding{.check = "versions", .found = ""};
  finding.found = Concat("advctl ", own.version(), " with numerics ", own.numerics_version(),
                         ", server ", info.version(), " with numerics ", info.numerics_version());
  if (info.numerics_version() != own.numerics_version()) {
    finding.verdict = Verdict::kNote;
    finding.remedy =
        "their last bits may differ: use one version for a whole training, and pin it "
        "with required_numerics_version";
  } else if (info.version() != own.version()) {
    finding.verdict = Verdict::kNote;
    finding.remedy =
        "the bits are the same; fields and methods that only one of them knows are "
        "refused or ignored by the other";
  }
  return finding;
}

Finding CheckLimits(const v1::GetServerInfoResponse& info) {
  constexpr std::uint32_t kSmall = 1U << 20;
  Finding finding{.check = "limits", .found = ""};
  finding.found = Concat("requests of ", info.max_request_bytes(), " bytes, batches of ",
                         info.max_responses(), " responses, groups of ", info.max_group_size());
  if (info.max_request_bytes() < kSmall) {
    finding.verdict = Verdict::kNote;
    finding.remedy =
        "that is little, and larger batches are refused; --max-request-bytes raises it";
  }
  return finding;
}

Finding CheckGoldenBatch(client::Client& client, const v1::GetServerInfoResponse& info) {
  const std::pair<v1::MethodSpec, Golden> batches[] = {
      {PassAt2(),
       {"pass_at_k_grpo",
        {1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0},
        {0x3f90d0c3, 0xbed93924, 0xbed93924, 0x3f90d0c3, 0xbed93924, 0xbed93924, 0xbeb72dbf,
         0xbeb72dbf, 0xbeb72dbf, 0x400f1bbd, 0xbeb72dbf, 0xbeb72dbf}}},
      {Grpo(),
       {"grpo",
        {0.5F, 0, 1.25F, -2, 0.1F, 0, 3, 3.5F, 0, 1, -0.75F, 0.3F},
        {0x3f087a29, 0x3ccff719, 0x3fa5b8e8, 0xc0005a82, 0x3e01fa70, 0x3ccff719, 0x3f95a7de,
         0x3fbea845, 0xbf40b517, 0xbde59bda, 0xbf9ddb26, 0xbf0f8168}}}};
  Finding finding{.check = "golden batch", .found = ""};
  for (const auto& [method, golden] : batches) {
    client::Settings settings;
    *settings.mutable_method() = method;
    settings.set_observe(false);
    const auto reply = client.Compute({.rewards = golden.rewards, .group_size = 6}, settings);
    if (!reply.ok()) {
      finding.verdict =
          client::IsUnreachable(reply.status()) ? Verdict::kUnreachable : Verdict::kWrong;
      finding.found = Concat(golden.method, ": ", client::Message(reply.status()));
      finding.remedy = client::IsTooLarge(reply.status())
                           ? "start the server with a larger --max-request-bytes"
                       : absl::IsResourceExhausted(reply.status())
                           ? "it is full: see --max-in-flight-calls and --max-queued-calls, and "
                             "who else calls it"
                           : "look at the server's log";
      return finding;
    }
    if (info.numerics_version() != kGoldenNumerics) continue;
    if (const std::string difference = Difference(golden, *reply); !difference.empty()) {
      finding.verdict = Verdict::kWrong;
      finding.found = difference;
      finding.remedy =
          "do not train with it: its build or its machine computes wrong. Compare with "
          "advctl compute --local, and report what advctl info says";
      return finding;
    }
  }
  finding.found = "two batches have the known bits";
  if (info.numerics_version() != kGoldenNumerics) {
    finding.verdict = Verdict::kNote;
    finding.found = Concat("computed; bits are known of numerics ", kGoldenNumerics, " only");
  }
  return finding;
}

}  // namespace advantaged::cli
