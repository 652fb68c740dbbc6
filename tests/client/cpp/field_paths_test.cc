// What a server says of its fields, in the words of the batch.
#include "client/cpp/field_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advantaged/client/error.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

std::string Renamed(const std::string& field) {
  const absl::Status status =
      InWordsOfBatch(InvalidArgument({{field, "1, but row 2 of trajectory 7 has 0"}}));
  const Violation violation = Violations(status).front();
  EXPECT_EQ(violation.description, "1, but row 2 of trajectory 7 has 0");
  EXPECT_EQ(Message(status), violation.field + ": " + violation.description);
  return violation.field;
}

TEST(InWordsOfBatch, NamesWhatTheCallerGave) {
  EXPECT_EQ(Renamed("reward_bits[3]"), "rewards[3]");
  EXPECT_EQ(Renamed("rewards_float32_le[17]"), "rewards[17]");
  EXPECT_EQ(Renamed("group_ids_fixed32_le"), "group_ids");
  EXPECT_EQ(Renamed("response_count"), "rewards");
  EXPECT_EQ(Renamed("method.pass_at_k_grpo.k"), "method.pass_at_k_grpo.k");
}

TEST(InWordsOfBatch, LeavesOtherStatusesAlone) {
  EXPECT_EQ(InWordsOfBatch(absl::UnavailableError("reward_bits")),
            absl::UnavailableError("reward_bits"));
}

}  // namespace
}  // namespace advantaged::client
