#include <cstdio>
#include <vector>

#include "advantaged/client/client.h"

int main(int argc, char** argv) {
  advantaged::client::Client client(argc > 1 ? argv[1] : "127.0.0.1:50051");

  // Two prompts, four responses each.
  const std::vector<float> rewards = {1, 0, 0, 0, 1, 1, 0, 1};
  advantaged::client::Settings settings;
  settings.mutable_method()->mutable_pass_at_k_grpo()->set_k(2);
  settings.set_expected_group_size(4);
  const auto reply = client.Compute({.rewards = rewards, .group_size = 4}, settings);
  if (!reply.ok()) {
    std::fprintf(stderr, "%s\n", reply.status().ToString().c_str());
    return 1;
  }
  for (float advantage : reply->advantages()) std::printf("%.4f ", advantage);
  std::printf("\nmean success rate %.3f\n", reply->summary().mean_success_rate());
}
