// What a status says beside its code.
#include "advantaged/client/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advantaged/client/client.h"
#include "advantaged/rpc/status.pb.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

void AddDetail(const char* name, const google::protobuf::Message& detail, rpc::Status& details) {
  auto& any = *details.add_details();
  any.set_type_url(std::string("type.googleapis.com/google.rpc.") + name);
  any.set_value(detail.SerializeAsString());
}

TEST(Error, HasTheViolationsOfTheTrailer) {
  rpc::BadRequest bad_request;
  auto& violation = *bad_request.add_field_violations();
  violation.set_field("rewards[17]");
  violation.set_description("nan is not finite");
  rpc::Status details;
  AddDetail("ErrorInfo", rpc::ErrorInfo(), details);
  AddDetail("BadRequest", bad_request, details);

  const absl::Status status =
      FromGrpc({grpc::StatusCode::INVALID_ARGUMENT, "one thing", details.SerializeAsString()});
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(), "one thing");
  ASSERT_EQ(Violations(status).size(), 1U);
  EXPECT_EQ(Violations(status)[0].field, "rewards[17]");
  EXPECT_EQ(Violations(status)[0].description, "nan is not finite");
  EXPECT_FALSE(RetryDelay(status));
}

TEST(Error, SaysWhenToComeBack) {
  rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(2);
  info.mutable_retry_delay()->set_nanos(500'000'000);
  rpc::Status details;
  AddDetail("RetryInfo", info, details);
  const absl::Status status =
      FromGrpc({grpc::StatusCode::RESOURCE_EXHAUSTED, "busy", details.SerializeAsString()});
  EXPECT_EQ(RetryDelay(status), std::chrono::milliseconds(2500));
  EXPECT_TRUE(Violations(status).empty());
}

TEST(Error, OfABusyServerIsNotThatOfALargeRequest) {
  rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(2);
  rpc::Status details;
  AddDetail("RetryInfo", info, details);
  const absl::Status busy =
      FromGrpc({grpc::StatusCode::RESOURCE_EXHAUSTED, "busy", details.SerializeAsString()});
  EXPECT_FALSE(IsTooLarge(Exhausted(busy, true)));
  EXPECT_FALSE(IsTooLarge(Exhausted(absl::ResourceExhaustedError("a quota"), false)));
  EXPECT_TRUE(IsTooLarge(Exhausted(absl::ResourceExhaustedError("large"), true)));
  EXPECT_FALSE(IsTooLarge(absl::ResourceExhaustedError("large")));
}

TEST(Error, KeepsCodeAndMessageWithoutReadableDetails) {
  for (const std::string details : {"", "\xff\xff garbage"}) {
    const absl::Status status = FromGrpc({grpc::StatusCode::INVALID_ARGUMENT, "message", details});
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_EQ(status.message(), "message");
    EXPECT_TRUE(Violations(status).empty());
  }
}

TEST(Error, UnreachableIsNoConnectionOrNoAnswer) {
  EXPECT_TRUE(IsUnreachable(absl::UnavailableError("")));
  EXPECT_TRUE(IsUnreachable(absl::DeadlineExceededError("")));
  EXPECT_TRUE(IsUnreachable(absl::CancelledError("")));
  EXPECT_FALSE(IsUnreachable(absl::ResourceExhaustedError("")));
  EXPECT_FALSE(IsUnreachable(absl::OkStatus()));
}

TEST(Error, OfManyThingsNamesTheFirstAndListsAll) {
  const absl::Status status = InvalidArgument({{"valid", "too short"}, {"lengths", "too long"}});
  EXPECT_EQ(status.message(), "valid: too short (and 1 more)");
  ASSERT_EQ(Violations(status).size(), 2U);
  EXPECT_EQ(Violations(status)[1].field, "lengths");
}

TEST(Client, ChecksTargets) {
  for (const char* good :
       {"127.0.0.1:50051", "localhost:1", "[::1]:50051", "a.b.example:443", "unix:/run/a.sock",
        "unix:relative.sock", "dns:///host:50051", "dns://127.0.0.1:53/host:50051",
        "ipv4:127.0.0.1:1,127.0.0.2:2", "ipv6:[::1]:50051"}) {
    EXPECT_TRUE(Client::CheckTarget(good).ok()) << good;
  }
  for (const char* bad :
       {"", "localhost", "localhost:", ":50051", "host:port", "unix:", "http://localhost:50051",
        "host:50051/path", "dns:///host", "dns://host", "dns://127.0.0.1:53/host", "dns://",
        "ipv4:127.0.0.1", "ipv4:127.0.0.1:1,"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Client::CheckTarget(bad))) << bad;
  }
}

TEST(Client, SaysWhatIsWrongWithItsOptions) {
  ClientOptions half;
  half.tls = TlsOptions{.private_key = "key"};
  EXPECT_THAT(Message(Client("host:1", half).GetServerInfo().status()),
              testing::HasSubstr("certificate"));
  ClientOptions no_time;
  no_time.deadline = std::chrono::milliseconds(0);
  EXPECT_THAT(Message(Client("host:1", no_time).GetServerInfo().status()),
              testing::HasSubstr("deadline"));
  EXPECT_TRUE(absl::IsInvalidArgument(Client("localhost").GetServerInfo().status()));
}

}  // namespace
}  // namespace advantaged::client
