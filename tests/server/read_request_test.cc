// What is refused is refused before there is a message of it.
#include "server/grpc/read_request.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <string>

#include "advantaged/v1/catalog.pb.h"
#include "advantaged/v1/stream.pb.h"
#include "server/codec/unknown_fields.h"
#include "tests/server/wire_bytes.h"

namespace advantaged {
namespace {

// As gRPC has them: in slices.
grpc::ByteBuffer Bytes(const std::string& bytes) {
  std::vector<grpc::Slice> slices;
  for (std::size_t at = 0; at < bytes.size(); at += 16384)
    slices.emplace_back(bytes.substr(at, 16384));
  return {slices.data(), slices.size()};
}

CallStatus Read(const std::string& bytes, google::protobuf::Message& message,
                const std::function<bool()>& stop = {}) {
  grpc::ByteBuffer buffer = Bytes(bytes);
  return ReadRequest(buffer, message, stop);
}

std::string Batch() {
  v1::ComputeAdvantagesRequest batch;
  batch.mutable_method()->mutable_rloo();
  batch.add_rewards(1);
  return batch.SerializeAsString();
}

TEST(ReadRequest, AGoodMessageIsRead) {
  v1::StreamAdvantagesRequest item;
  EXPECT_TRUE(Read(Long(1, "a") + Long(2, Batch()), item).ok());
  EXPECT_EQ(item.batch().SerializeAsString(), Batch());
}

TEST(ReadRequest, AFieldWithTooManyEntriesIsNamedAsInTheBatch) {
  const std::string stages = Times(Long(20, ""), 5000);
  v1::ComputeAdvantagesRequest batch;
  v1::StreamAdvantagesRequest item;
  for (google::protobuf::Message* message :
       std::initializer_list<google::protobuf::Message*>{&batch, &item}) {
    const CallStatus status = Read(message == &batch ? stages : Long(2, stages), *message);
    EXPECT_EQ(status.code, CallStatus::kInvalidArgument);
    ASSERT_EQ(status.violations.count(), 1U);
    EXPECT_EQ(status.violations.listed()[0].field, "stages");
    EXPECT_EQ(message->ByteSizeLong(), 0U);
  }
}

TEST(ReadRequest, UnknownFieldsAreNeverInAMessage) {
  v1::StreamAdvantagesRequest item;
  const CallStatus status = Read(Long(1, "a") + Flag(4000), item);
  EXPECT_EQ(status.code, CallStatus::kUnimplemented);
  EXPECT_EQ(item.ByteSizeLong(), 0U);
}

// A pool keeps messages, and what they keep without saying so would add up.
TEST(ReadRequest, IgnoredFieldsLeaveNothingBehind) {
  v1::StreamAdvantagesRequest item;
  const std::string ignored = Times(Flag(500), 400) + Long(555, std::string(100'000, 'x'));
  std::string batch = Batch() + ignored;
  batch += Long(20, ignored) + Long(1, ignored);
  ASSERT_TRUE(Read(Long(1, "a") + Long(2, batch) + ignored, item).ok());
  EXPECT_EQ(item.SerializeAsString(), Long(1, "a") + Long(2, Batch() + Long(20, "")));
  EXPECT_LT(item.SpaceUsedLong(), 3000U);
}

TEST(ReadRequest, BytesThatAreNoMessageLeaveItEmpty) {
  v1::StreamAdvantagesRequest item;
  for (const std::string& bytes : {Long(1, "\xff"), Long(1, "a") + '\x12', Long(2, "\x12")}) {
    const CallStatus status = Read(bytes, item);
    EXPECT_EQ(status.code, CallStatus::kInvalidArgument);
    EXPECT_TRUE(status.violations.empty());
    EXPECT_EQ(item.ByteSizeLong(), 0U);
  }
}

TEST(ReadRequest, ItEndsOnceNobodyWaits) {
  const std::string rewards = Long(2, std::string(std::size_t{16} << 20, '\0'));
  const std::string unknown = Times(Flag(4000), std::size_t{4} << 20);
  for (const std::string& bytes : {rewards, unknown}) {
    for (const int last : {1, 5}) {
      v1::ComputeAdvantagesRequest batch;
      int asked = 0;
      const CallStatus status = Read(bytes, batch, [&] { return ++asked == last; });
      EXPECT_EQ(status.code, CallStatus::kCancelled);
      EXPECT_EQ(asked, last);
      EXPECT_EQ(batch.ByteSizeLong(), 0U);
    }
  }
  // Not only while the bytes are looked at, but also while they are read.
  v1::ComputeAdvantagesRequest batch;
  int asked = 0;
  EXPECT_TRUE(Read(rewards, batch, [&] { return ++asked < 0; }).ok());
  const int in_all = asked;
  asked = 0;
  batch.Clear();
  EXPECT_EQ(Read(rewards, batch, [&] { return ++asked == in_all; }).code, CallStatus::kCancelled);
  EXPECT_GE(in_all, 30);
}

}  // namespace
}  // namespace advantaged
