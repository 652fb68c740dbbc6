// A batch in parts comes to what it comes to as one call: to the bit where that is promised.
#include "client/cpp/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cpp/computation.h"
#include "server/handler.h"
#include "tests/client/cpp/sample.h"

namespace advantaged::client {
namespace {

Reply InOneCall(const Sample& sample) {
  Reply reply;
  const CallStatus status = HandleComputeAdvantages(sample.request(), reply, nullptr);
  EXPECT_TRUE(status.ok()) << status.message;
  return reply;
}

// Without a network.
Reply InParts(const Sample& sample, const CallLimits& limits, int* calls = nullptr) {
  Computation computation;
  Reply reply;
  absl::Status status = computation.Begin(sample.view(), sample.settings, reply);
  status.Update(computation.CutTo(limits));
  while (status.ok() && !computation.done()) {
    RequestBytes bytes;
    computation.Write(bytes);
    EXPECT_LE(bytes.size(), limits.bytes);
    v1::ComputeAdvantagesRequest request;
    const auto text = bytes.view();
    EXPECT_TRUE(request.ParseFromArray(text.data(), static_cast<int>(text.size())));
    const CallStatus answered = HandleComputeAdvantages(request, computation.MakeRoom(), nullptr);
    EXPECT_TRUE(answered.ok()) << answered.message;
    status = computation.Take();
    if (calls != nullptr) ++*calls;
  }
  EXPECT_TRUE(status.ok()) << status;
  return reply;
}

void ExpectNear(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  const auto& descriptor = *a.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const auto* field = descriptor.field(i);
    if (field->is_repeated()) continue;
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE) {
      const double expected = b.GetReflection()->GetDouble(b, field);
      EXPECT_NEAR(a.GetReflection()->GetDouble(a, field), expected,
                  1e-12 * (1 + std::abs(expected)))
          << field->name();
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_UINT32) {
      EXPECT_EQ(a.GetReflection()->GetUInt32(a, field), b.GetReflection()->GetUInt32(b, field))
          << field->name();
    }
    if (field->has_presence()) {
      EXPECT_EQ(a.GetReflection()->HasField(a, field), b.GetReflection()->HasField(b, field));
    }
  }
}

void ExpectSame(const Reply& parts, const Reply& one) {
  EXPECT_THAT(parts.advantages(), testing::ElementsAreArray(one.advantages()));
  EXPECT_EQ(parts.group_statistics().SerializeAsString(),
            one.group_statistics().SerializeAsString());
  ExpectNear(parts.summary(), one.summary());
  ASSERT_EQ(parts.summary().pass_at_k_size(), one.summary().pass_at_k_size());
  for (int i = 0; i < one.summary().pass_at_k_size(); ++i) {
    ExpectNear(parts.summary().pass_at_k(i), one.summary().pass_at_k(i));
  }
  ASSERT_EQ(parts.batch_moments_size(), one.batch_moments_size());
  for (int i = 0; i < one.batch_moments_size(); ++i) {
    ExpectNear(parts.batch_moments(i), one.batch_moments(i));
  }
  EXPECT_EQ(parts.method().SerializeAsString(), one.method().SerializeAsString());
  EXPECT_EQ(parts.numerics_version(), one.numerics_version());
  ASSERT_EQ(parts.warnings_size(), one.warnings_size());
  for (int i = 0; i < one.warnings_size(); ++i) {
    EXPECT_EQ(parts.warnings(i).code(), one.warnings(i).code());
  }
}

TEST(Parts, GiveTheReplyOfOneCall) {
  using enum Sample::Groups;
  for (const auto form : {kSize, kSizes, kIds}) {
    for (std::uint32_t seed = 0; seed < 12; ++seed) {
      Sample sample = Sample::Draw(seed, 60, form, seed % 2 == 0);
      if (seed % 3 == 0) sample.Mask(seed);
      sample.settings.set_group_statistics(true);
      for (const std::uint32_t k : {1U, 2U, 4U}) sample.settings.add_pass_at(k);
      const Reply one = InOneCall(sample);
      ASSERT_GT(one.summary().groups(), 0U);
      ExpectSame(InParts(sample, {.bytes = 400, .rows = 1000}), one);
      ExpectSame(InParts(sample, {.bytes = 4000, .rows = 31}), one);
    }
  }
}

// Groups of whole numbers whose counts are powers of two: every sum and quotient is a double.
TEST(Parts, WithStagesGiveTheBitsOfOneCall) {
  Sample sample = Sample::Draw(7, 128, Sample::Groups::kSize, false);
  sample.settings.mutable_method()->mutable_reinforce();
  sample.settings.add_stages()->mutable_center();
  sample.settings.add_stages()->mutable_scale()->set_ddof(1);
  int calls = 0;
  const Reply parts = InParts(sample, {.bytes = 5000, .rows = 256}, &calls);
  // Of four parts: their moments, whether there are more, their advantages.
  EXPECT_EQ(calls, 4 + 1 + 4);
  ExpectSame(parts, InOneCall(sample));
}

TEST(Parts, AskForMomentsAsOftenAsStagesNeed) {
  Sample sample = Sample::Draw(8, 100, Sample::Groups::kIds, false);
  sample.settings.mutable_method()->mutable_grpo();
  sample.with_lengths = true;
  sample.settings.add_stages()->mutable_center();
  sample.settings.add_stages()->mutable_scale()->set_weighting(v1::WEIGHTING_TOKENS);
  sample.settings.add_stages()->mutable_clip()->set_high(0.5);
  sample.settings.add_stages()->mutable_center();
  int calls = 0;
  const Reply parts = InParts(sample, {.bytes = 100'000, .rows = 200}, &calls);
  const Reply one = InOneCall(sample);
  ASSERT_EQ(one.batch_moments_size(), 3);
  const int cuts = (calls - 1) / 4;
  EXPECT_GE(cuts, 3);
  EXPECT_EQ(calls, 3 * cuts + 1 + cuts);
  ASSERT_EQ(parts.advantages_size(), one.advantages_size());
  for (int i = 0; i < one.advantages_size(); ++i) {
    EXPECT_NEAR(parts.advantages(i), one.advantages(i), 1e-6) << i;
  }
}

TEST(Parts, OfMomentsAloneAreMerged) {
  Sample sample = Sample::Draw(9, 64, Sample::Groups::kSize, false);
  sample.settings.add_stages()->mutable_scale();
  sample.settings.set_moments_only(true);
  const Reply parts = InParts(sample, {.bytes = 1000, .rows = 1000});
  const Reply one = InOneCall(sample);
  EXPECT_EQ(parts.advantages_size(), 0);
  ASSERT_EQ(parts.batch_moments_size(), 1);
  ExpectNear(parts.batch_moments(0), one.batch_moments(0));
}

TEST(Parts, KeepRowsOfATrajectoryTogether) {
  Sample sample = Sample::Draw(10, 80, Sample::Groups::kIds, false);
  // Rows of a group by pairs, wherever they lie.
  std::map<std::uint32_t, std::vector<std::size_t>> rows;
  for (std::size_t i = 0; i < sample.ids.size(); ++i) rows[sample.ids[i]].push_back(i);
  std::vector<std::uint32_t> trajectories(sample.ids.size());
  std::uint32_t next = 0;
  for (const auto& [id, of_group] : rows) {
    for (std::size_t i = 0; i < of_group.size(); ++i) {
      if (i % 2 == 0 && (i < 2 || i + 1 < of_group.size())) ++next;
      trajectories[of_group[i]] = next * 7919;
      if (i % 2 == 1) sample.rewards[of_group[i]] = sample.rewards[of_group[i - 1]];
    }
    if (of_group.size() > 2 && of_group.size() % 2 == 1) {
      sample.rewards[of_group.back()] = sample.rewards[of_group[of_group.size() - 2]];
    }
  }
  sample.settings.mutable_method()->mutable_reinforce();
  v1::ComputeAdvantagesRequest request = sample.request();
  request.mutable_trajectory_ids()->Add(trajectories.begin(), trajectories.end());
  Reply one;
  const CallStatus status = HandleComputeAdvantages(request, one, nullptr);
  ASSERT_TRUE(status.ok()) << status.message;

  Computation computation;
  Reply parts;
  Batch batch = sample.view();
  batch.trajectory_ids = trajectories;
  ASSERT_TRUE(computation.Begin(batch, sample.settings, parts).ok());
  ASSERT_TRUE(computation.CutTo({.bytes = 800, .rows = 1000}).ok());
  while (!computation.done()) {
    RequestBytes bytes;
    computation.Write(bytes);
    v1::ComputeAdvantagesRequest part;
    ASSERT_TRUE(part.ParseFromString(std::string(bytes.view())));
    ASSERT_TRUE(HandleComputeAdvantages(part, computation.MakeRoom(), nullptr).ok());
    ASSERT_TRUE(computation.Take().ok());
  }
  ExpectSame(parts, one);
}

TEST(Merge, OfMomentsIsTheFormulaOfTheContract) {
  v1::BatchMoments a;
  a.set_weight(2);
  a.set_mean(1.5);
  a.set_centred_squares(0.5);
  v1::BatchMoments b;
  b.set_weight(2);
  b.set_mean(4.5);
  b.set_centred_squares(4.5);
  const v1::BatchMoments merged = Merge(a, b);
  EXPECT_EQ(merged.weight(), 4);
  EXPECT_EQ(merged.mean(), 3);
  EXPECT_EQ(merged.centred_squares(), 14);
  EXPECT_EQ(Merge(a, v1::BatchMoments()).SerializeAsString(), a.SerializeAsString());
  EXPECT_EQ(Merge(v1::BatchMoments(), b).SerializeAsString(), b.SerializeAsString());
}

}  // namespace
}  // namespace advantaged::client
