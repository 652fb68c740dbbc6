// The codec and the handler without a transport: the table and the wire agree, forms change no bit,
// what was resolved comes back.
#include "server/codec/handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "advantaged/v1/catalog.pb.h"
#include "advantaged/v1/compute.pb.h"
#include "advantaged/v1/stages.pb.h"
#include "core/kernels/target.h"
#include "core/methods/method_table.h"
#include "server/codec/method.h"
#include "server/codec/reply_size.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr float kRewards[] = {1, 0, 0, 1, 0, 0, 1, 0};

v1::ComputeAdvantagesRequest Request() {
  v1::ComputeAdvantagesRequest request;
  request.mutable_method()->mutable_pass_at_k_grpo()->set_k(4);
  request.mutable_rewards()->Add(std::begin(kRewards), std::end(kRewards));
  request.set_group_size(8);
  return request;
}

v1::ComputeAdvantagesResponse Handle(const v1::ComputeAdvantagesRequest& request) {
  v1::ComputeAdvantagesResponse response;
  const CallStatus status = HandleComputeAdvantages(request, response, nullptr);
  EXPECT_EQ(status.code, CallStatus::kOk) << status.message;
  return response;
}

std::string Bytes(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

bool TypesAgree(const ParameterRow& row, const FieldDescriptor& field) {
  switch (row.type) {
    case ParameterType::kInteger:
      return field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 && field.has_presence();
    case ParameterType::kReal:
      return field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE && field.has_presence();
    case ParameterType::kFlag:
      return field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL && field.has_presence();
    case ParameterType::kChoice:
      return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
    case ParameterType::kText:
      return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && field.has_presence();
    case ParameterType::kConstants:
      return field.is_map();
    case ParameterType::kTables:
      break;
  }
  return field.is_repeated() && !field.is_map();
}

TEST(MethodTable, EveryRowHasItsMessageAndEveryMessageItsRow) {
  const Descriptor& spec = *v1::MethodSpec::descriptor();
  EXPECT_EQ(static_cast<std::size_t>(spec.field_count()), MethodTable().size());
  for (const MethodRow* row : MethodTable()) {
    const FieldDescriptor* field = spec.FindFieldByName(std::string(row->name));
    ASSERT_NE(field, nullptr) << row->name;
    const Descriptor& message = *field->message_type();
    EXPECT_EQ(static_cast<std::size_t>(message.field_count()), row->parameters.size()) << row->name;
    for (const ParameterRow& parameter : row->parameters) {
      const FieldDescriptor* member = message.FindFieldByName(std::string(parameter.name));
      ASSERT_NE(member, nullptr) << row->name << "." << parameter.name;
      EXPECT_TRUE(TypesAgree(parameter, *member)) << row->name << "." << parameter.name;
    }
  }
}

TEST(MethodTable, EveryChoiceHasItsEnumValue) {
  for (const MethodRow* row : MethodTable()) {
    for (const ParameterRow& parameter : row->parameters) {
      for (const std::string_view choice : parameter.choices) {
        v1::MethodSpec message;
        EncodeMethod({std::string(row->name), {{std::string(parameter.name), std::string(choice)}}},
                     message);
        const ParameterValue back =
            DecodeMethod(message).parameters.at(std::string(parameter.name));
        EXPECT_EQ(std::get<std::string>(back), choice);
      }
    }
  }
}

TEST(Handler, PayloadFormsGiveTheSameBits) {
  const v1::ComputeAdvantagesRequest packed = Request();
  v1::ComputeAdvantagesRequest bytes = Request();
  bytes.clear_rewards();
  bytes.set_rewards_float32_le(Bytes(kRewards, sizeof kRewards));
  v1::ComputeAdvantagesRequest bits = Request();
  bits.clear_rewards();
  bits.set_reward_bits(std::string(1, '\x49'));  // 0b01001001, least significant first
  bits.set_response_count(8);

  const auto advantages = [](const v1::ComputeAdvantagesRequest& request) {
    const v1::ComputeAdvantagesResponse response = Handle(request);
    return Bytes(response.advantages().data(),
                 sizeof(float) * static_cast<std::size_t>(response.advantages_size()));
  };
  EXPECT_EQ(advantages(packed), advantages(bytes));
  EXPECT_EQ(advantages(packed), advantages(bits));
}

TEST(Handler, BytesThatAreNotAlignedAreCopied) {
  // A bytes field of fewer than 16 bytes lives inside its std::string; whatever its address, the
  // result is the same.
  v1::ComputeAdvantagesRequest request = Request();
  request.clear_rewards();
  request.set_rewards_float32_le(Bytes(kRewards, 3 * sizeof(float)));
  request.mutable_method()->mutable_rloo();
  request.set_group_size(3);
  EXPECT_THAT(Handle(request).advantages(), ElementsAre(1, -0.5, -0.5));
}

TEST(Handler, EndsAsCancelledWhenStopped) {
  v1::ComputeAdvantagesResponse response;
  const CallStatus status =
      HandleComputeAdvantages(Request(), response, nullptr, [] { return true; });
  EXPECT_EQ(status.code, CallStatus::kCancelled);
  EXPECT_THAT(status.message, HasSubstr("stopped"));
  EXPECT_TRUE(status.violations.empty());
}

TEST(Handler, ReplyFormsGiveTheSameBits) {
  v1::ComputeAdvantagesRequest request = Request();
  const v1::ComputeAdvantagesResponse packed = Handle(request);
  request.set_reply_form(v1::REPLY_FORM_ADVANTAGES_FLOAT32_LE);
  const v1::ComputeAdvantagesResponse bytes = Handle(request);
  EXPECT_EQ(bytes.advantages_size(), 0);
  EXPECT_EQ(bytes.advantages_float32_le(), Bytes(packed.advantages().data(), 8 * sizeof(float)));

  request.set_reply_form(v1::REPLY_FORM_ADVANTAGES_PER_GROUP);
  const v1::ComputeAdvantagesResponse pairs = Handle(request);
  EXPECT_THAT(pairs.advantages_per_group(),
              ElementsAre(packed.advantages(0), packed.advantages(1)));
}

TEST(Handler, ReturnsTheMethodWithItsDefaults) {
  v1::ComputeAdvantagesRequest request = Request();
  request.mutable_method()->mutable_max_at_k()->set_k(2);
  const v1::ComputeAdvantagesResponse max_at_k = Handle(request);
  const v1::MaxAtK& method = max_at_k.method().max_at_k();
  EXPECT_EQ(method.k(), 2U);
  EXPECT_EQ(method.variant(), v1::MaxAtK::VARIANT_PLAIN);
  EXPECT_EQ(method.scale(), v1::MaxAtK::SCALE_REDUCED);

  request.mutable_method()->mutable_grpo();
  const v1::ComputeAdvantagesResponse grpo = Handle(request);
  EXPECT_TRUE(grpo.method().grpo().has_ddof());
  EXPECT_TRUE(grpo.method().grpo().has_epsilon());
}

TEST(Handler, CustomTablesComeBack) {
  v1::ComputeAdvantagesRequest request = Request();
  v1::CustomTable& method = *request.mutable_method()->mutable_custom_table();
  v1::CustomTable::Table& table = *method.add_tables();
  table.set_n(8);
  for (int c = 0; c <= 8; ++c) {
    table.add_advantage_correct(c);
    table.add_advantage_wrong(-c);
  }
  const v1::ComputeAdvantagesResponse response = Handle(request);
  EXPECT_THAT(response.advantages(), ElementsAre(3, -3, -3, 3, -3, -3, 3, -3));
  EXPECT_EQ(response.method().custom_table().SerializeAsString(), method.SerializeAsString());
}

TEST(Handler, StatisticsAreColumnsInOrderOfFirstAppearance) {
  v1::ComputeAdvantagesRequest request = Request();
  request.clear_group_size();
  for (const std::uint32_t id : {7U, 9U, 7U, 9U, 7U, 9U, 7U, 9U}) request.add_group_ids(id);
  request.set_group_statistics(true);
  request.add_pass_at(1);
  request.add_pass_at(5);
  request.mutable_method()->mutable_grpo();
  const v1::ComputeAdvantagesResponse response = Handle(request);
  const v1::GroupStatistics& statistics = response.group_statistics();
  EXPECT_THAT(statistics.group_ids(), ElementsAre(7, 9));
  EXPECT_THAT(statistics.n(), ElementsAre(4, 4));
  EXPECT_THAT(statistics.c(), ElementsAre(2, 1));
  EXPECT_THAT(statistics.success_rate(), ElementsAre(0.5, 0.25));
  EXPECT_THAT(statistics.priority(), ElementsAre(0.5, 0.75));
  EXPECT_THAT(statistics.pass_at_k(0).value(), ElementsAre(0.5, 0.25));
  EXPECT_THAT(statistics.pass_at_k(1).value(), ElementsAre(testing::IsNan(), testing::IsNan()));
}

TEST(Handler, StagesRunInOrderAndReturnTheirMoments) {
  v1::ComputeAdvantagesRequest request = Request();
  request.mutable_method()->mutable_reinforce();
  request.clear_rewards();
  for (const float reward : {1.0F, 2.0F, 3.0F, 6.0F}) request.add_rewards(reward);
  request.set_group_size(4);
  request.add_stages()->mutable_center();
  request.add_stages()->mutable_clip()->set_high(2);
  const v1::ComputeAdvantagesResponse response = Handle(request);
  EXPECT_THAT(response.advantages(), ElementsAre(-2, -1, 0, 2));
  ASSERT_EQ(response.batch_moments_size(), 1);
  EXPECT_EQ(response.batch_moments(0).weight(), 4);
  EXPECT_EQ(response.batch_moments(0).mean(), 3);
  EXPECT_EQ(response.batch_moments(0).centred_squares(), 14);

  request.set_moments_only(true);
  const v1::ComputeAdvantagesResponse moments = Handle(request);
  EXPECT_EQ(moments.advantages_size(), 0);
  EXPECT_FALSE(moments.has_summary());
  EXPECT_EQ(moments.batch_moments(0).SerializeAsString(),
            response.batch_moments(0).SerializeAsString());

  // This call as one of two shards whose other half has mean 5.
  request.set_moments_only(false);
  v1::BatchMoments& merged = *request.add_batch_moments();
  merged.set_weight(8);
  merged.set_mean(4);
  merged.set_centred_squares(28);
  EXPECT_THAT(Handle(request).advantages(), ElementsAre(-3, -2, -1, 2));
}

TEST(Handler, RefusesStatisticsThatNoReplyCanHold) {
  v1::ComputeAdvantagesRequest request;
  request.mutable_method()->mutable_reinforce();
  constexpr std::uint32_t kGroups = 1U << 22;
  request.set_reward_bits(std::string(kGroups / 8, '\0'));
  request.set_response_count(kGroups);
  request.set_group_size(1);
  request.set_group_statistics(true);
  for (std::uint32_t k = 1; k <= 26; ++k) request.add_pass_at(k);
  v1::ComputeAdvantagesResponse response;
  const CallStatus status = HandleComputeAdvantages(request, response, nullptr);
  ASSERT_EQ(status.code, CallStatus::kInvalidArgument);
  // Each group has an advantage, four integers and thirty doubles.
  EXPECT_THAT(status.message, HasSubstr("group_statistics: true for 4194304 groups, with 26 K: a "
                                        "reply of 1090519040 bytes; at most 1073741824"));
  EXPECT_EQ(response.ByteSizeLong(), 0U) << "refused before anything was computed";
}

TEST(Handler, ReplyIsNoLargerThanSaid) {
  v1::ComputeAdvantagesRequest request = Request();
  request.clear_rewards();
  request.clear_group_size();
  for (std::uint32_t i = 0; i < 4000; ++i) {
    request.add_rewards(static_cast<float>(i % 2));
    request.add_group_ids(i / 4);
  }
  request.set_expected_group_size(4);
  request.set_group_statistics(true);
  for (const std::uint32_t k : {1U, 2U, 4U}) request.add_pass_at(k);
  for (const auto form : {v1::REPLY_FORM_ADVANTAGES, v1::REPLY_FORM_ADVANTAGES_PER_GROUP}) {
    request.set_reply_form(form);
    const double said = static_cast<double>(SizeOfReply(request).bytes());
    const double is = static_cast<double>(Handle(request).ByteSizeLong());
    EXPECT_LT(is, said + 1024);
    EXPECT_GT(is, 0.9 * said);
  }
}

// Groups may be smaller than expected: let in, or empty.
TEST(Handler, ReplyAboutIncompleteGroupsIsNoLargerThanSaid) {
  v1::ComputeAdvantagesRequest request;
  request.mutable_method()->mutable_reinforce();
  for (std::uint32_t i = 0; i < 4000; ++i) {
    request.add_rewards(1);
    request.add_group_ids(i);
  }
  request.set_expected_group_size(1000);
  request.set_group_statistics(true);
  v1::ComputeAdvantagesRequest masked = request;
  masked.set_valid(std::string(500, '\0'));
  request.set_declared_small_group(v1::SMALL_GROUP_POLICY_ZERO);
  for (const v1::ComputeAdvantagesRequest& each : {request, masked}) {
    EXPECT_LT(Handle(each).ByteSizeLong(), SizeOfReply(each).bytes() + 1024);
  }
}

TEST(Handler, RefusesStagesThatSayNothing) {
  v1::ComputeAdvantagesRequest request = Request();
  request.mutable_method()->mutable_grpo();
  request.add_stages();
  request.add_stages()->mutable_clip();
  request.add_stages()->mutable_scale()->set_spread(static_cast<v1::Spread>(7));
  request.add_stages()->mutable_center()->set_weighting(static_cast<v1::Weighting>(9));
  v1::ComputeAdvantagesResponse response;
  const CallStatus status = HandleComputeAdvantages(request, response, nullptr);
  ASSERT_EQ(status.code, CallStatus::kInvalidArgument);
  std::vector<std::string> fields;
  for (const Violation& violation : status.violations.listed()) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("stages[0]", "stages[1].clip", "stages[2].scale.spread",
                                  "stages[3].center.weighting"));
}

TEST(Handler, RowsOfATrajectoryAreOneResponse) {
  v1::ComputeAdvantagesRequest request = Request();
  request.mutable_method()->mutable_rloo();
  const std::uint32_t ids[] = {5, 6, 5, 6, 7, 7, 7, 8};
  request.mutable_trajectory_ids()->Add(std::begin(ids), std::end(ids));
  request.set_expected_group_size(4);
  request.set_group_statistics(true);
  request.set_trajectory_reward(v1::TRAJECTORY_REWARD_LAST);  // 5: 0, 6: 1, 7: 1, 8: 0
  const v1::ComputeAdvantagesResponse last = Handle(request);
  constexpr float kLow = -2.0F / 3;
  constexpr float kHigh = 2.0F / 3;
  EXPECT_THAT(last.advantages(), ElementsAre(kLow, kHigh, kLow, kHigh, kHigh, kHigh, kHigh, kLow));
  EXPECT_EQ(last.summary().responses(), 4U);
  EXPECT_EQ(last.summary().masked_responses(), 0U);
  EXPECT_THAT(last.group_statistics().n(), ElementsAre(4));

  request.clear_trajectory_ids();
  request.set_trajectory_ids_fixed32_le(Bytes(ids, sizeof ids));
  request.set_trajectory_reward(v1::TRAJECTORY_REWARD_SUM);  // 5: 1, 6: 1, 7: 1, 8: 0
  EXPECT_THAT(Handle(request).group_statistics().c(), ElementsAre(3));
}

TEST(Handler, RefusesAnotherNumericsVersion) {
  v1::ComputeAdvantagesRequest request = Request();
  request.set_required_numerics_version(kNumericsVersion + 1);
  v1::ComputeAdvantagesResponse response;
  const CallStatus status = HandleComputeAdvantages(request, response, nullptr);
  EXPECT_EQ(status.code, CallStatus::kFailedPrecondition);
  EXPECT_THAT(status.message, HasSubstr(std::to_string(kNumericsVersion + 1)));
}

TEST(Handler, ListsEveryMethodWithItsParameters) {
  v1::ListMethodsResponse response;
  HandleListMethods(response);
  ASSERT_EQ(static_cast<std::size_t>(response.methods_size()), MethodTable().size());
  std::set<std::string> names;
  for (const v1::MethodDescription& method : response.methods()) {
    names.insert(method.name());
    EXPECT_FALSE(method.equation().empty()) << method.name();
    EXPECT_FALSE(method.source().empty()) << method.name();
    for (const v1::ParameterDescription& parameter : method.parameters()) {
      EXPECT_FALSE(parameter.description().empty()) << method.name() << "." << parameter.name();
    }
  }
  EXPECT_EQ(names.size(), MethodTable().size());
}

TEST(Handler, NamesTheInstructionSetThatKernelsRunOn) {
  for (const std::string_view target : KernelTargets()) {
    UseKernelTarget(target);
    v1::GetServerInfoResponse response;
    HandleGetServerInfo(0, response);
    EXPECT_EQ(response.instruction_set(), target);
  }
  UseBestKernelTarget();
}

}  // namespace
}  // namespace advantaged
