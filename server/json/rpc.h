// An RPC as JSON over HTTP, as far as it differs from the others; the rest is JsonCalls.
#ifndef ADVANTAGED_SERVER_JSON_RPC_H_
#define ADVANTAGED_SERVER_JSON_RPC_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "server/codec/call_status.h"
#include "server/compute/call_record.h"
#include "server/compute/compute_backend.h"
#include "server/http/message.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

// One call, from its text to the text of its answer; the functions are called in this order, each
// if all before went well. What they learn of the call they add to its `record`.
class JsonRpc {
 public:
  JsonRpc() = default;
  JsonRpc(const JsonRpc&) = delete;
  JsonRpc& operator=(const JsonRpc&) = delete;
  virtual ~JsonRpc() = default;

  virtual Rpc rpc() const = 0;
  // Reads the request's message and lets go of its text. `stop` tells that nobody waits any more.
  virtual CallStatus Read(http::Request& request, const std::function<bool()>& stop,
                          CallRecord& record) = 0;
  // Of the answer and its text, beyond what the request's text was counted for.
  virtual std::size_t AnswerBytes() const = 0;
  virtual CallStatus Compute(ComputeBackend& backend, const GivenUpCheck& given_up,
                             CallRecord& record) = 0;
  virtual std::string Print() = 0;
};

// POST /v1/compute: ComputeAdvantages.
std::unique_ptr<JsonRpc> MakeJsonCompute();

// GET and POST /v1/describe: DescribeMethod, as a query or as JSON.
std::unique_ptr<JsonRpc> MakeJsonDescribe();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_RPC_H_
