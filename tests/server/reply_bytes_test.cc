// A reply put together on the wire is the reply that a message would have been.
#include "server/grpc/rpc/reply_bytes.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "server/grpc/read_request.h"

namespace advantaged {
namespace {

using Response = v1::ComputeAdvantagesResponse;

// The floats of a response, whichever field has them.
std::vector<float> Advantages(const Response& response) {
  std::vector<float> values(response.advantages().begin(), response.advantages().end());
  values.insert(values.end(), response.advantages_per_group().begin(),
                response.advantages_per_group().end());
  const std::string& bytes = response.advantages_float32_le();
  const auto* floats = reinterpret_cast<const float*>(bytes.data());
  values.insert(values.end(), floats, floats + bytes.size() / sizeof(float));
  return values;
}

class ReplyForms : public testing::TestWithParam<v1::ReplyForm> {};

TEST_P(ReplyForms, AdvantagesAndTheRestArriveAsOneMessage) {
  // Sizes whose length takes one, two, three and four bytes.
  for (const std::size_t size : {1U, 5U, 31U, 32U, 4095U, 4096U, 600'000U}) {
    ReplyBytes reply;
    const std::span<float> room = reply.Make(GetParam(), size);
    ASSERT_EQ(room.size(), size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(room.data()) % alignof(float), 0);
    std::iota(room.begin(), room.end(), 0.5F);
    Response rest;
    rest.set_numerics_version(7);
    rest.mutable_summary()->set_groups(3);
    grpc::ByteBuffer bytes = reply.With(rest);
    EXPECT_EQ(bytes.Length(), rest.ByteSizeLong() + reply.bytes());

    Response whole;
    ASSERT_TRUE(ReadRequest(bytes, whole).ok());
    EXPECT_EQ(whole.ByteSizeLong(), rest.ByteSizeLong() + reply.bytes());
    EXPECT_EQ(Advantages(whole), std::vector<float>(room.begin(), room.end()));
    EXPECT_EQ(whole.advantages_size() > 0,
              GetParam() == v1::REPLY_FORM_ADVANTAGES || GetParam() == v1::REPLY_FORM_UNSPECIFIED);
    EXPECT_EQ(whole.advantages_per_group_size() > 0,
              GetParam() == v1::REPLY_FORM_ADVANTAGES_PER_GROUP);
    whole.clear_advantages();
    whole.clear_advantages_per_group();
    whole.clear_advantages_float32_le();
    EXPECT_EQ(whole.SerializeAsString(), rest.SerializeAsString());
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReplyForms,
                         testing::Values(v1::REPLY_FORM_UNSPECIFIED, v1::REPLY_FORM_ADVANTAGES,
                                         v1::REPLY_FORM_ADVANTAGES_FLOAT32_LE,
                                         v1::REPLY_FORM_ADVANTAGES_PER_GROUP));

TEST(ReplyBytes, WithoutAdvantagesAreTheMessage) {
  ReplyBytes reply;
  EXPECT_TRUE(reply.Make(v1::REPLY_FORM_ADVANTAGES, 0).empty());
  Response rest;
  rest.set_numerics_version(7);
  grpc::ByteBuffer bytes = reply.With(rest);
  Response whole;
  ASSERT_TRUE(ReadRequest(bytes, whole).ok());
  EXPECT_EQ(whole.SerializeAsString(), rest.SerializeAsString());
  EXPECT_EQ(reply.bytes(), 0);
}

}  // namespace
}  // namespace advantaged
