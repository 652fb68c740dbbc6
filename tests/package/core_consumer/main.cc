// What a user of the library writes: one group of four responses under RLOO, where
// each reward is measured against the mean of the other three.
#include <advantaged/advantaged.h>

#include <cstdio>
#include <vector>

int main() {
  const std::vector<float> rewards = {1, 0, 0, 1};
  advantaged::Request request;
  request.method.name = "rloo";
  request.batch.rewards = rewards;
  request.batch.group_size = 4;
  const advantaged::Result result = advantaged::Compute(request);
  for (const advantaged::Violation& violation : result.violations.listed()) {
    std::fprintf(stderr, "%s: %s\n", violation.field.c_str(), violation.description.c_str());
  }
  const float two_thirds = 2.0F / 3.0F;
  const std::vector<float> expected = {two_thirds, -two_thirds, -two_thirds, two_thirds};
  if (!result.ok() || result.advantages != expected) return 1;
  for (float advantage : result.advantages) std::printf("%.9g\n", static_cast<double>(advantage));
  return 0;
}
