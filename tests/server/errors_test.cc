// Errors as trailers: what standard clients read, and never more than they accept.
#include "server/codec/errors.h"

#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <string>

#include "advantaged/rpc/status.pb.h"
#include "core/violations/sentence.h"

namespace advantaged {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::Gt;
using testing::Le;
using testing::Lt;
using testing::SizeIs;
using testing::StartsWith;

struct Details {
  rpc::Status status;
  rpc::BadRequest bad_request;
  rpc::RetryInfo retry;
  rpc::ErrorInfo info;
  rpc::UnknownFields unknown;
  rpc::Mentions mentions;
};

Details Read(const grpc::Status& status) {
  Details details;
  EXPECT_TRUE(details.status.ParseFromString(status.error_details()));
  for (const auto& any : details.status.details()) {
    if (any.type_url() == "type.googleapis.com/google.rpc.BadRequest") {
      EXPECT_TRUE(details.bad_request.ParseFromString(any.value()));
    } else if (any.type_url() == "type.googleapis.com/google.rpc.RetryInfo") {
      EXPECT_TRUE(details.retry.ParseFromString(any.value()));
    } else if (any.type_url() == "type.googleapis.com/advantaged.rpc.UnknownFields") {
      EXPECT_TRUE(details.unknown.ParseFromString(any.value()));
    } else if (any.type_url() == "type.googleapis.com/advantaged.rpc.Mentions") {
      EXPECT_TRUE(details.mentions.ParseFromString(any.value()));
    } else {
      EXPECT_EQ(any.type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
      EXPECT_TRUE(details.info.ParseFromString(any.value()));
    }
  }
  return details;
}

CallStatus Invalid(std::size_t violations, const std::string& description) {
  CallStatus status{CallStatus::kInvalidArgument, "rewards[0]: " + description, {}};
  for (std::size_t i = 0; i < violations; ++i) {
    status.violations.Add("rewards[" + std::to_string(i) + "]", description);
  }
  return status;
}

// As base64 without padding.
std::size_t Base64Size(const std::string& bytes) { return (bytes.size() * 4 + 2) / 3; }

TEST(Errors, SuccessHasNoDetails) {
  EXPECT_TRUE(ToGrpcStatus({}).ok());
  EXPECT_EQ(ToGrpcStatus({}).error_details(), "");
}

TEST(Errors, ViolationsBecomeABadRequest) {
  const grpc::Status status = ToGrpcStatus(Invalid(2, "NaN"));
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "rewards[0]: NaN");
  const Details details = Read(status);
  EXPECT_EQ(details.status.code(), 3);
  EXPECT_EQ(details.status.message(), "rewards[0]: NaN");
  ASSERT_EQ(details.bad_request.field_violations_size(), 2);
  EXPECT_EQ(details.bad_request.field_violations(1).field(), "rewards[1]");
  EXPECT_EQ(details.bad_request.field_violations(1).description(), "NaN");
  EXPECT_EQ(details.info.reason(), "INVALID_REQUEST");
  EXPECT_EQ(details.info.domain(), "advantaged");
}

TEST(Errors, MentionsAreNumbersWithTheirPlacesInTheDescriptions) {
  CallStatus status = Invalid(1, "NaN");
  status.violations.Add("group_ids[4]",
                        Compose(NameOfGroup(3, 7), " has no row like ", NameOfRow(9)));
  const Details details = Read(ToGrpcStatus(status));
  ASSERT_EQ(details.mentions.mentions_size(), 2);
  const auto& group = details.mentions.mentions(0);
  EXPECT_EQ(group.violation(), 1U);
  EXPECT_EQ(group.kind(), rpc::Mentions::KIND_GROUP);
  EXPECT_EQ(group.number(), 3);
  EXPECT_EQ(group.group_id(), 7U);
  const std::string& description = details.bad_request.field_violations(1).description();
  EXPECT_EQ(description.substr(group.begin(), group.end() - group.begin()), "group 3 (id 7)");
  const auto& row = details.mentions.mentions(1);
  EXPECT_EQ(row.kind(), rpc::Mentions::KIND_ROW);
  EXPECT_FALSE(row.has_group_id());
  EXPECT_EQ(description.substr(row.begin(), row.end() - row.begin()), "row 9");
}

TEST(Errors, AMentionStaysANumberWhereItsPlaceIsCutOff) {
  CallStatus status = Invalid(0, "");
  for (std::uint32_t i = 0; i < 20; ++i) {
    status.violations.Add("rewards[0]",
                          Compose(ValueOf(0.5), std::string(400, 'x'), NameOfGroup(i, {})));
  }
  const grpc::Status sent = ToGrpcStatus(status);
  EXPECT_THAT(Base64Size(sent.error_details()), Le(kMaxErrorBytes));
  const Details details = Read(sent);
  ASSERT_EQ(details.bad_request.field_violations_size(), 20);
  ASSERT_EQ(details.mentions.mentions_size(), 2 * 20);
  const auto& value = details.mentions.mentions(2);
  const auto& group = details.mentions.mentions(3);
  EXPECT_EQ(value.end() - value.begin(), 3U);
  EXPECT_EQ(group.begin(), group.end());
  EXPECT_EQ(group.number(), 1);
}

TEST(Errors, OtherCodesHaveTheirReasonAndNoBadRequest) {
  const grpc::Status status = ToGrpcStatus({CallStatus::kFailedPrecondition, "version", {}});
  const Details details = Read(status);
  EXPECT_EQ(details.status.details_size(), 1);
  EXPECT_EQ(details.info.reason(), "NUMERICS_VERSION_MISMATCH");
}

TEST(Errors, UnknownFieldsAreListedWithTheVersion) {
  CallStatus status{.code = CallStatus::kUnimplemented, .message = std::string(2000, 'x')};
  for (std::uint32_t i = 1; i <= 32; ++i) {
    status.unknown_fields.push_back({"advantaged.v1.PassAtKVarianceStabilized", (1U << 29) - i});
  }
  const grpc::Status sent = ToGrpcStatus(status);
  EXPECT_EQ(sent.error_code(), grpc::UNIMPLEMENTED);
  EXPECT_THAT(sent.error_message().size() + Base64Size(sent.error_details()), Le(kMaxErrorBytes));
  const Details details = Read(sent);
  EXPECT_EQ(details.info.reason(), "UNKNOWN_FIELDS");
  ASSERT_EQ(details.unknown.fields_size(), 32);
  EXPECT_EQ(details.unknown.fields(31).message(), "advantaged.v1.PassAtKVarianceStabilized");
  EXPECT_EQ(details.unknown.fields(31).number(), (1U << 29) - 32);
  EXPECT_NE(details.unknown.server_version(), "");
}

TEST(Errors, ABusyServerSaysWhenToTryAgain) {
  const Details details = Read(ToGrpcStatus({.code = CallStatus::kResourceExhausted,
                                             .message = "full",
                                             .retry_delay = std::chrono::milliseconds(1250)}));
  EXPECT_EQ(details.info.reason(), "BUSY");
  EXPECT_EQ(details.retry.retry_delay().seconds(), 1);
  EXPECT_EQ(details.retry.retry_delay().nanos(), 250'000'000);
}

TEST(Errors, WhatCanNeverFitHasNoRetryInfo) {
  const Details details =
      Read(ToGrpcStatus({.code = CallStatus::kResourceExhausted, .message = "too large"}));
  EXPECT_EQ(details.info.reason(), "REQUEST_TOO_LARGE");
  EXPECT_FALSE(details.retry.has_retry_delay());
}

TEST(Errors, ShortViolationsAreListedUpToAHundred) {
  const Details details = Read(ToGrpcStatus(Invalid(1234, "nan is not finite")));
  ASSERT_EQ(details.bad_request.field_violations_size(), 101);
  EXPECT_EQ(details.bad_request.field_violations(100).field(), "");
  EXPECT_EQ(details.bad_request.field_violations(100).description(), "and 1134 more");
}

TEST(Errors, LongDescriptionsAreCutUntilAHundredFit) {
  const std::string description = "0.25 is " + std::string(400, 'x');
  const Details details = Read(ToGrpcStatus(Invalid(1234, description)));
  ASSERT_EQ(details.bad_request.field_violations_size(), 101);
  EXPECT_THAT(details.bad_request.field_violations(99).description(), StartsWith("0.25 is x"));
  EXPECT_EQ(details.bad_request.field_violations(100).description(), "and 1134 more");
}

TEST(Errors, FewLongDescriptionsAreWhole) {
  const std::string description(400, 'x');
  const Details details = Read(ToGrpcStatus(Invalid(5, description)));
  EXPECT_EQ(details.bad_request.field_violations(4).description(), description);
}

TEST(Errors, LongPathsAreListedAsFarAsTheyFit) {
  CallStatus status{CallStatus::kInvalidArgument, "message", {}};
  for (int i = 0; i < 100; ++i) status.violations.Add(std::string(200, 'x'), "y");
  const auto listed = Read(ToGrpcStatus(status)).bad_request.field_violations();
  EXPECT_THAT(listed.size(), AllOf(Gt(10), Lt(100)));
  EXPECT_EQ(listed.rbegin()->description(), "and " + std::to_string(101 - listed.size()) + " more");
}

TEST(Errors, NeverMoreThanClientsAccept) {
  // Three bytes a character, each percent-encoded to nine in the message.
  for (const std::string& unit : {std::string("x"), std::string("ρ̂"), std::string("≥%")}) {
    std::string description;
    for (int length : {1, 50, 200, 3000}) {
      while (description.size() < static_cast<std::size_t>(length)) description += unit;
      const grpc::Status status = ToGrpcStatus(Invalid(1000, description));
      std::size_t message = 0;
      for (const char c : status.error_message())
        message += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
      EXPECT_THAT(message + Base64Size(status.error_details()), Le(kMaxErrorBytes));
      const auto listed = Read(status).bad_request.field_violations();
      ASSERT_GE(listed.size(), 2);
      EXPECT_EQ(listed.rbegin()->description(),
                "and " + std::to_string(1000 - (listed.size() - 1)) + " more");
    }
  }
}

TEST(Errors, TextIsCutBetweenCharacters) {
  for (std::size_t prefix = 0; prefix < 4; ++prefix) {
    std::string message(prefix, 'x');
    for (int i = 0; i < 500; ++i) message += "𝛒";
    const grpc::Status status = ToGrpcStatus({grpc::INTERNAL, message, {}});
    EXPECT_THAT(status.error_message(), EndsWith("𝛒…"));
    EXPECT_THAT(status.error_message(), SizeIs(Le(512)));
  }
}

}  // namespace
}  // namespace advantaged
