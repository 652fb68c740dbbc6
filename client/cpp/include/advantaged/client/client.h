// A client of the advantage service.
//
//   advantaged::client::Client client("127.0.0.1:50051");
//   absl::StatusOr<Reply> reply = client.Compute(batch, settings);  // batch.h shows both
//   if (!reply.ok()) …                                   // error.h: what is wrong, and where
//   std::span<const float> advantages = Advantages(*reply);
//
// What a trainer would otherwise have to do itself:
//
//   - A connection that is lost in the middle of a call, or a server that shuts down, is another
//     attempt, at most 5 in all. Such an attempt does not count twice in the server's metrics.
//   - A server that is busy says when to come back; the client does, until its deadline.
//   - A batch over the server's limit is an error that says so (IsTooLarge), before it is sent.
//   - Several addresses of one target are used in turn, without those that are not healthy.
//   - No HTTP proxy of the environment is used, and nothing is printed.
#ifndef ADVANTAGED_CLIENT_CLIENT_H_
#define ADVANTAGED_CLIENT_CLIENT_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "advantaged/client/batch.h"
#include "advantaged/client/error.h"
#include "advantaged/client/options.h"
#include "advantaged/v1/catalog.pb.h"
#include "advantaged/v1/describe.pb.h"

namespace advantaged::client {

class Exchange;
class Link;
class EventLoop;

// The memory of one call. Whoever keeps it and uses it for the next batch of the same size saves
// allocating all but what gRPC allocates to receive. One call at a time.
class Call {
 public:
  Call();
  ~Call();
  Call(Call&&) noexcept;
  Call& operator=(Call&&) noexcept;

  // Of the last call, if it ended with OK; until the next begins.
  const Reply& reply() const { return *reply_; }

 private:
  friend class Client;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<Reply> reply_;
};

// Thread-safe: share one.
class Client {
 public:
  // What is wrong with a target; OK for
  //
  //   host:port, dns:///host:port      every address of the host
  //   ipv4:1.2.3.4:50051,5.6.7.8:50051, ipv6:[::1]:50051
  //   unix:/path                       or unix:relative/path
  //
  // "localhost" alone, which gRPC would take for port 443, is refused.
  static absl::Status CheckTarget(std::string_view target);

  // Connects at the first call, not here. A target that CheckTarget refuses, or half of a pair of
  // certificate and key, shows in the status of the calls.
  explicit Client(std::string target, ClientOptions options = {});
  // Waits until the calls of ComputeAsync have ended, which is at their deadline at the latest.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& target() const;

  // Computes a batch and waits for it.
  absl::StatusOr<Reply> Compute(const Batch& batch, const Settings& settings);
  // The same with memory that the caller keeps; the answer is call.reply().
  absl::Status Compute(const Batch& batch, const Settings& settings, Call& call);
  // The same without waiting: `done` is called once with the status, by a thread of the client,
  // which does nothing else meanwhile: it should hand over, not work. If there is nothing to send,
  // because the batch is wrong as it is, it is called before this returns. Until then `call`, and
  // the arrays that `batch` shows, must stay; batch and settings themselves need not.
  void ComputeAsync(const Batch& batch, const Settings& settings, Call& call,
                    std::function<void(absl::Status)> done);

  // The method of a request, described: the reward that it ascends.
  absl::StatusOr<v1::DescribeMethodResponse> Describe(const v1::DescribeMethodRequest& request);
  // The methods that the server knows.
  absl::StatusOr<v1::ListMethodsResponse> ListMethods();
  // Version, numerics and limits of the server.
  absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo();
  // Whether the server says of itself that it is serving. With `check_health` a server that is not
  // is UNAVAILABLE to this call, too.
  absl::StatusOr<bool> IsServing();

 private:
  std::unique_ptr<Link> link_;
  std::unique_ptr<EventLoop> loop_;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CLIENT_H_
