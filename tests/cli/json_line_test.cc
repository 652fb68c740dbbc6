#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "cli/compute/input_line.h"
#include "cli/compute/output.h"

namespace advantaged::cli {
namespace {

TEST(JsonLine, HasEveryFieldInOrder) {
  const Batch::Group group{.place = {.line = 1}, .id = "p\"7", .offset = 0, .size = 2};
  const std::vector<float> advantages = {1.5F, -0.1F};
  const GroupResult result{.group = &group,
                           .advantages = advantages,
                           .n = 2,
                           .c = 1,
                           .rho = 0.5,
                           .pass_at_k = {{1, 0.5}, {2, 1.0}},
                           .mean = 0.1,
                           .sd = 0.25,
                           .zero_variance = false,
                           .priority = 0.5};
  EXPECT_EQ(JsonLine(result),
            R"({"group":"p\"7","advantages":[1.5,-0.1],"n":2,"c":1,"rho":0.5,)"
            R"("pass_at_k":{"1":0.5,"2":1},"mean":0.1,"sd":0.25,"zero_variance":false,)"
            R"("priority":0.5})"
            "\n");
}

TEST(JsonLine, LeavesOutWhatDoesNotApply) {
  const Batch::Group group{.place = {.line = 1}, .id = std::nullopt, .offset = 0, .size = 1};
  const std::vector<float> advantages = {0};
  GroupResult result;
  result.group = &group;
  result.advantages = advantages;
  EXPECT_EQ(JsonLine(result), "{\"advantages\":[0],\"n\":0}\n");
}

// Our own reader gets the bits back, and so does a reader by way of double.
TEST(JsonLine, EveryFloat32ReadsBackAsTheSameBits) {
  std::vector<float> values = {0.0F,
                               -0.0F,
                               std::numeric_limits<float>::denorm_min(),
                               -std::numeric_limits<float>::denorm_min(),
                               std::numeric_limits<float>::min(),
                               std::numeric_limits<float>::max(),
                               std::numeric_limits<float>::lowest(),
                               1e10F,
                               16777216.0F,
                               0.1F};
  std::mt19937 random(20251);  // NOLINT(cert-msc51-cpp): the same values every time
  while (values.size() < 200000) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isfinite(value)) values.push_back(value);
  }
  const Batch::Group group{
      .place = {.line = 1}, .id = std::nullopt, .offset = 0, .size = values.size()};
  GroupResult result;
  result.group = &group;
  result.advantages = values;
  const nlohmann::json written = nlohmann::json::parse(JsonLine(result));
  InputLine read;
  ASSERT_EQ(ParseInputLine("{\"rewards\":" + written["advantages"].dump() + "}", read), "");
  const std::string text = JsonLine(result);
  const std::string rewards = text.substr(text.find('['), text.find(']') - text.find('[') + 1);
  InputLine direct;
  ASSERT_EQ(ParseInputLine("{\"rewards\":" + rewards + "}", direct), "");
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(values[i]);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(direct.rewards[i]), bits) << values[i];
    ASSERT_EQ(std::bit_cast<std::uint32_t>(read.rewards[i]), bits) << values[i];
  }
}

}  // namespace
}  // namespace advantaged::cli
