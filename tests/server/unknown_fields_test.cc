// Fields of a newer contract leave a message with their memory. What callers hear is in
// unknown_fields_test.py.
#include "server/unknown_fields.h"

#include <gtest/gtest.h>

#include <string>

#include "advantaged/v1/stream.pb.h"

namespace advantaged {
namespace {

// Adds so many fields of this number to a message, as parsing does.
void AddUnknown(google::protobuf::Message& message, int number, int count) {
  auto& unknown = *message.GetReflection()->MutableUnknownFields(&message);
  for (int i = 0; i < count; ++i) unknown.AddVarint(number, 1);
}

// All messages of an item that has one of each.
std::vector<google::protobuf::Message*> Messages(v1::StreamAdvantagesRequest& item) {
  v1::ComputeAdvantagesRequest& batch = *item.mutable_batch();
  return {&item,
          &batch,
          batch.mutable_method(),
          batch.mutable_method()->mutable_custom_table(),
          batch.mutable_method()->mutable_custom_table()->add_tables(),
          batch.add_stages(),
          batch.mutable_stages(0)->mutable_clip(),
          batch.add_batch_moments()};
}

TEST(UnknownFields, NoneIsWell) {
  v1::StreamAdvantagesRequest item;
  Messages(item);
  EXPECT_TRUE(TakeUnknownFields(item).ok());
}

TEST(UnknownFields, AreFoundInEveryMessage) {
  for (std::size_t i = 0; i < 8; ++i) {
    v1::StreamAdvantagesRequest item;
    google::protobuf::Message& message = *Messages(item)[i];
    AddUnknown(message, 4000, 3);
    const CallStatus status = TakeUnknownFields(item);
    EXPECT_EQ(status.code, CallStatus::kUnimplemented);
    ASSERT_EQ(status.unknown_fields.size(), 1U);
    EXPECT_EQ(status.unknown_fields[0].message, message.GetDescriptor()->full_name());
    EXPECT_EQ(status.unknown_fields[0].number, 4000U);
    EXPECT_TRUE(TakeUnknownFields(item).ok()) << "they are taken";
  }
}

TEST(UnknownFields, AreIgnoredFrom500To599) {
  for (const int number : {500, 555, 599}) {
    v1::StreamAdvantagesRequest item;
    for (google::protobuf::Message* message : Messages(item)) AddUnknown(*message, number, 1);
    EXPECT_TRUE(TakeUnknownFields(item).ok()) << number;
  }
  for (const int number : {499, 600}) {
    v1::StreamAdvantagesRequest item;
    AddUnknown(item, number, 1);
    EXPECT_FALSE(TakeUnknownFields(item).ok()) << number;
  }
}

// Clear keeps the memory of unknown fields and SpaceUsed leaves it out, so a pool of messages would
// keep any amount of it.
TEST(UnknownFields, LeaveNoMemoryInAMessageThatIsUsedAgain) {
  v1::StreamAdvantagesRequest item;
  for (google::protobuf::Message* message : Messages(item)) AddUnknown(*message, 500, 1'000'000);
  TakeUnknownFields(item);
  for (google::protobuf::Message* message : Messages(item)) AddUnknown(*message, 500, 1);
  EXPECT_LT(item.SpaceUsedLong(), 10'000U);
}

}  // namespace
}  // namespace advantaged
