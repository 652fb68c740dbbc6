// grpc.health.v1, as its specification has it
// (https://github.com/grpc/grpc/blob/master/doc/health-checking.md): Check, and Watch for those who
// want to hear of changes.
#ifndef ADVANTAGED_SERVER_GRPC_RPC_HEALTH_H_
#define ADVANTAGED_SERVER_GRPC_RPC_HEALTH_H_

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "server/grpc/rpc/server_call.h"

namespace advantaged {

// Thread-safe. Must outlive every call.
class Health {
 public:
  // What callers hear about this name; names that were never set are unknown.
  void Set(const std::string& service, bool serving);

  // Answer calls whose message has been read.
  void Check(ServerCall& server_call);
  void Watch(ServerCall& server_call);

 private:
  class Watcher;
  std::optional<bool> Find(const std::string& service) const;

  std::mutex mutex_;
  std::map<std::string, bool> serving_;
  std::unordered_set<Watcher*> watchers_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_RPC_HEALTH_H_
