// What a user of the client writes: eight responses of each of two prompts, of which three and one
// are correct, under GRPO for Pass@4.
#include <advantaged/client/client.h>

#include <iostream>
#include <vector>

int main(int, char** arguments) {
  namespace adv = advantaged::client;
  adv::Client client(arguments[1]);  // "127.0.0.1:50051"

  const std::vector<float> rewards = {1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0};
  adv::Settings settings;
  settings.mutable_method()->mutable_pass_at_k_grpo()->set_k(4);
  settings.set_expected_group_size(8);
  const auto reply = client.Compute({.rewards = rewards, .group_size = 8}, settings);
  if (!reply.ok()) {
    for (const adv::Violation& wrong : adv::Violations(reply.status())) {
      std::cerr << wrong.field << ": " << wrong.description << '\n';
    }
    std::cerr << reply.status() << '\n';
    return 1;
  }
  for (const float advantage : adv::Advantages(*reply)) std::cout << advantage << ' ';
  std::cout << "\nsuccess rate " << reply->summary().mean_success_rate() << '\n';
  // The one success of the second prompt weighs most.
  const auto advantages = adv::Advantages(*reply);
  const bool right = advantages.size() == 16 && advantages[10] > advantages[0] &&
                     advantages[0] > 0 && advantages[1] < 0;
  return right ? 0 : 1;
}
