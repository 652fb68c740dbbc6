// A server in this process that computes with the real code, unless the test says otherwise.
#ifndef ADVANTAGED_TESTS_CLIENT_CPP_FAKE_SERVER_H_
#define ADVANTAGED_TESTS_CLIENT_CPP_FAKE_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "advantaged/v1/advantage_service.grpc.pb.h"

namespace advantaged::client {

class FakeServer final : private v1::AdvantageService::Service {
 public:
  using Request = v1::ComputeAdvantagesRequest;
  using Compute = std::function<grpc::Status(grpc::ServerContext&, const Request&,
                                             v1::ComputeAdvantagesResponse&)>;
  struct Options {
    std::string address = "127.0.0.1:0";
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    std::uint32_t max_request_bytes = 64 << 20;  // enforced, and said by GetServerInfo
    int grpc_limit = -1;                         // gRPC's own, about which GetServerInfo is silent
  };

  FakeServer() : FakeServer(Options()) {}
  explicit FakeServer(const Options& options, Compute compute = Really);
  ~FakeServer() override;

  // What the real server answers.
  static grpc::Status Really(grpc::ServerContext& context, const Request& request,
                             v1::ComputeAdvantagesResponse& response);

  const std::string& target() const { return target_; }
  // The calls of ComputeAdvantages so far.
  std::vector<Request> requests() const;
  // Of each, the metadata grpc-previous-rpc-attempts, or "".
  std::vector<std::string> attempts() const;
  int info_calls() const { return info_calls_; }
  void SetMaxRequestBytes(std::uint32_t bytes) { max_request_bytes_ = bytes; }

 private:
  grpc::Status ComputeAdvantages(grpc::ServerContext* context, const Request* request,
                                 v1::ComputeAdvantagesResponse* response) override;
  grpc::Status GetServerInfo(grpc::ServerContext* context, const v1::GetServerInfoRequest* request,
                             v1::GetServerInfoResponse* response) override;

  const Compute compute_;
  std::atomic<std::uint32_t> max_request_bytes_;
  std::string target_;
  std::unique_ptr<grpc::Server> server_;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::vector<std::string> attempts_;
  std::atomic<int> info_calls_ = 0;
};

// A refusal of a busy server, which wants to be asked again after so many milliseconds; below 0:
// never.
grpc::Status Refuse(grpc::ServerContext& context, int pushback_milliseconds);

}  // namespace advantaged::client

#endif  // ADVANTAGED_TESTS_CLIENT_CPP_FAKE_SERVER_H_
