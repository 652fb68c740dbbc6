#include "client/cpp/status.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include "advantaged/rpc/status.pb.h"
#include "client/cpp/client.h"

namespace advantaged::client {
namespace {

TEST(Status, ReadsViolationsFromTheTrailer) {
  rpc::BadRequest bad_request;
  auto& violation = *bad_request.add_field_violations();
  violation.set_field("rewards[17]");
  violation.set_description("nan is not finite");
  rpc::Status details;
  details.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  auto& any = *details.add_details();
  any.set_type_url("type.googleapis.com/google.rpc.BadRequest");
  any.set_value(bad_request.SerializeAsString());

  const Status status = Status::FromGrpc(
      {grpc::StatusCode::INVALID_ARGUMENT, "one thing", details.SerializeAsString()});
  EXPECT_EQ(status.code, Status::kInvalidArgument);
  EXPECT_EQ(status.message, "one thing");
  ASSERT_EQ(status.violations.size(), 1U);
  EXPECT_EQ(status.violations[0].field, "rewards[17]");
  EXPECT_EQ(status.violations[0].description, "nan is not finite");
}

TEST(Status, KeepsCodeAndMessageWithoutReadableDetails) {
  for (const std::string details : {"", "\xff\xff garbage"}) {
    const Status status =
        Status::FromGrpc({grpc::StatusCode::INVALID_ARGUMENT, "message", details});
    EXPECT_EQ(status.code, Status::kInvalidArgument);
    EXPECT_EQ(status.message, "message");
    EXPECT_TRUE(status.violations.empty());
  }
}

TEST(Status, UnreachableIsNoConnectionOrNoAnswer) {
  EXPECT_TRUE(Status::FromGrpc({grpc::StatusCode::UNAVAILABLE, ""}).unreachable());
  EXPECT_TRUE(Status::FromGrpc({grpc::StatusCode::DEADLINE_EXCEEDED, ""}).unreachable());
  EXPECT_FALSE(Status::FromGrpc({grpc::StatusCode::RESOURCE_EXHAUSTED, ""}).unreachable());
  EXPECT_TRUE(Status::FromGrpc(grpc::Status::OK).ok());
}

TEST(Client, ChecksAddresses) {
  for (const char* good : {"127.0.0.1:50051", "localhost:1", "[::1]:50051", "a.b.example:443",
                           "unix:/run/a.sock", "unix:relative.sock"}) {
    EXPECT_TRUE(Client::CheckAddress(good).ok()) << good;
  }
  for (const char* bad : {"", "localhost", "localhost:", ":50051", "host:port",
                          "unix:", "http://localhost:50051", "host:50051/path"}) {
    EXPECT_EQ(Client::CheckAddress(bad).code, Status::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace advantaged::client
