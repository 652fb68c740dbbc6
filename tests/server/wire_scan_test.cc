// The scan sees what the parser of protobuf would make of the bytes.
#include "server/codec/wire_scan.h"

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "advantaged/v1/describe.pb.h"
#include "advantaged/v1/stream.pb.h"
#include "server/codec/entry_counts.h"
#include "tests/server/wire_bytes.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

const Descriptor& Item() { return *v1::StreamAdvantagesRequest::descriptor(); }

// In slices of so many bytes.
WireScan Scan(const std::string& bytes, const Descriptor& type = Item(), int slice = 1 << 20) {
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()),
                                                slice);
  return ScanWire(stream, bytes.size(), type);
}

// One entry of a field as it is written in fewest bytes.
std::string Entry(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
    case FieldDescriptor::CPPTYPE_STRING:
      return Long(field.number(), "");
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Varint(static_cast<unsigned>(field.number()) << 3 | 1) + std::string(8, '\0');
    default:
      return Flag(field.number());
  }
}

std::string Packed(const FieldDescriptor& field, std::size_t entries) {
  const bool doubles = field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE;
  return Long(field.number(), std::string(entries * (doubles ? 8 : 1), '\0'));
}

TEST(WireScan, EveryFieldMayHaveItsMostEntriesAndNotOneMore) {
  for (const Descriptor* type : {&Item(), v1::DescribeMethodRequest::descriptor()}) {
    int looked_at = 0;
    ForEachField(*type, [&](const FieldPlace& place) {
      const FieldDescriptor& field = place.field();
      const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (!field.is_repeated() && !is_message) return;
      const std::size_t most = MaxEntries(field);
      if (most > (1U << 20)) return;
      ++looked_at;
      const std::string entry = Entry(field);
      const auto expect = [&](const std::string& good, const std::string& more) {
        const std::string fits = place.Wrap(good);
        EXPECT_TRUE(Scan(fits, *type).good) << place.name();
        EXPECT_FALSE(Scan(fits, *type).too_many) << place.name();
        // Also where they stand in another message of the field's list, or in one that is merged.
        for (const std::string& bytes : {place.Wrap(good + more), fits + place.Wrap(more)}) {
          const WireScan scan = Scan(bytes, *type);
          ASSERT_TRUE(scan.too_many) << place.name();
          EXPECT_EQ(scan.too_many->field, place.name());
          EXPECT_NE(scan.too_many->description.find(std::to_string(most)), std::string::npos);
        }
      };
      expect(Times(entry, most), entry);
      if (!is_message) expect(Packed(field, most), Packed(field, 1));
    });
    EXPECT_GE(looked_at, type == &Item() ? 30 : 25);
  }
}

TEST(WireScan, NumbersOfFourBytesHaveNoLimit) {
  const std::string many(std::size_t{4} << 20, '\0');
  for (const char* name : {"rewards", "group_ids", "lengths"}) {
    const auto* field = v1::ComputeAdvantagesRequest::descriptor()->FindFieldByName(name);
    const WireScan scan = Scan(Long(2, Long(field->number(), many)));
    EXPECT_TRUE(scan.good) << name;
    EXPECT_FALSE(scan.too_many) << name;
  }
}

TEST(WireScan, FieldsThatMayBeIgnoredAreCountedInGroupsToo) {
  for (const std::string& fits :
       {Times(Flag(500), kMaxEntries), Times(Long(599, "text"), kMaxEntries),
        Group(555, Times(Flag(1), kMaxEntries - 1)),
        Group(555, Group(3, Times(Flag(1), kMaxEntries - 2)))}) {
    const WireScan scan = Scan(fits);
    EXPECT_TRUE(scan.good && scan.has_ignored && scan.unknown.empty() && !scan.too_many);
    EXPECT_TRUE(Scan(Long(2, fits + Flag(500))).too_many);
    EXPECT_EQ(Scan(Long(2, fits + Flag(500))).too_many->field, "batch.500");
  }
}

// What the parser takes is known here: its bytes are counted, and nothing goes by another name.
TEST(WireScan, SeesWhatTheParserSees) {
  v1::StreamAdvantagesRequest item;
  item.set_id("one");
  v1::ComputeAdvantagesRequest& batch = *item.mutable_batch();
  for (int i = 0; i < 20; ++i) batch.add_rewards(static_cast<float>(i % 2));
  batch.add_pass_at(300);
  batch.mutable_method()->mutable_custom_table()->add_tables()->add_advantage_wrong(0.5);
  batch.add_stages()->mutable_clip()->set_high(1);
  batch.set_run("run");
  const std::string good = item.SerializeAsString() + Group(700, Flag(3)) + Flag(501);
  const google::protobuf::LogSilencer quiet;  // of texts that are no UTF-8
  std::mt19937 random(20);
  int parsed = 0;
  int unknown = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes = good;
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    const WireScan scan = Scan(bytes, Item(), 1 + static_cast<int>(random() % 40));
    item.Clear();
    const bool is_message = item.ParseFromString(bytes);
    // The parser wants UTF-8 besides.
    if (!is_message) continue;
    ASSERT_TRUE(scan.good) << i;
    ++parsed;
    std::size_t kept = 0;
    for (const google::protobuf::Message* message :
         std::initializer_list<const google::protobuf::Message*>{&item, &item.batch(),
                                                                 &item.batch().method()}) {
      const auto& fields = message->GetReflection()->GetUnknownFields(*message);
      for (int field = 0; field < fields.field_count(); ++field) {
        const int number = fields.field(field).number();
        kept += number < 500 || number > 599 ? 1U : 0U;
      }
    }
    unknown += kept > 0 ? 1 : 0;
    ASSERT_TRUE(kept == 0 || !scan.unknown.empty()) << i;
  }
  EXPECT_GT(parsed, 10'000);
  EXPECT_GT(unknown, 1'000);
}

TEST(WireScan, BytesThatAreNoMessageAreNone) {
  for (const std::string& bytes :
       {std::string("\0", 1), Long(0, "x"), Group(0, ""), std::string("\x0b"), std::string("\x0c"),
        std::string("\x0f"), Long(2, "x"), Long(1, "id").substr(0, 3), Flag(9).substr(0, 1),
        std::string(11, '\xff'), Times("\x0b", 101) + Times("\x0c", 101)}) {
    EXPECT_FALSE(Scan(bytes).good);
    EXPECT_FALSE(v1::StreamAdvantagesRequest().ParseFromString(bytes));
  }
}

}  // namespace
}  // namespace advantaged
