// Which fields of a newer contract are found. What callers hear is in unknown_fields_test.py.
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <string>

#include "advantaged/v1/stream.pb.h"
#include "server/codec/wire_scan.h"
#include "tests/server/wire_bytes.h"

namespace advantaged {
namespace {

WireScan Scan(const std::string& bytes) {
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  return ScanWire(stream, bytes.size(), *v1::StreamAdvantagesRequest::descriptor());
}

TEST(UnknownFields, AreFoundInEveryMessage) {
  int messages = 0;
  ForEachField(*v1::StreamAdvantagesRequest::descriptor(), [&](const FieldPlace& place) {
    const auto& field = place.field();
    if (field.cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE || field.is_map()) {
      return;
    }
    ++messages;
    const WireScan scan = Scan(place.Wrap(Long(field.number(), Times(Flag(4000), 3))));
    EXPECT_TRUE(scan.good);
    ASSERT_EQ(scan.unknown.size(), 1U) << place.name();
    EXPECT_EQ(scan.unknown[0].message, field.message_type()->full_name());
    EXPECT_EQ(scan.unknown[0].number, 4000U);
    EXPECT_FALSE(scan.has_ignored);
  });
  EXPECT_GE(messages, 30);
}

TEST(UnknownFields, AreIgnoredFrom500To599) {
  for (const int number : {500, 555, 599}) {
    EXPECT_TRUE(Scan(Flag(number) + Long(2, Flag(number))).unknown.empty()) << number;
    EXPECT_TRUE(Scan(Flag(number)).has_ignored) << number;
  }
  for (const int number : {499, 600}) EXPECT_EQ(Scan(Flag(number)).unknown.size(), 1U) << number;
}

TEST(UnknownFields, AreThoseOfAnotherTypeToo) {
  for (const std::string& bytes : {Flag(1), Long(3, "x"), Group(2, "")}) {
    EXPECT_EQ(Scan(bytes).unknown.size(), 1U);
  }
}

}  // namespace
}  // namespace advantaged
