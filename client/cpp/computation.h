// One batch on its way: what to send next, and what its answers come to. Knows no network.
//
// A batch within the server's limits is one request. A larger one is cut into parts (parts.h). If
// its stages need moments of the whole batch, the parts are first asked for theirs, one round for
// each of the moments, until the first part has none to add; then for their advantages.
#ifndef ADVANTAGED_CLIENT_CPP_COMPUTATION_H_
#define ADVANTAGED_CLIENT_CPP_COMPUTATION_H_

#include <absl/status/status.h>

#include <cstddef>
#include <string>
#include <vector>

#include "advantaged/client/batch.h"
#include "client/cpp/forms.h"
#include "client/cpp/parts.h"
#include "client/cpp/request_bytes.h"

namespace advantaged::client {

// Whether a field of a request is for the client to set, from the batch, and not a setting.
bool IsOfBatch(const std::string& field);

class Computation {
 public:
  // Begins anew. What the batch shows, and `reply`, must stay until it is done. INVALID_ARGUMENT
  // for what no server could say in the caller's words.
  absl::Status Begin(const Batch& batch, const Settings& settings, Reply& reply);

  // Of the next request, at most.
  std::size_t request_bytes() const;
  std::size_t request_rows() const;

  // Goes on in parts within the limits, from the beginning.
  absl::Status CutTo(const CallLimits& limits);

  // The next request, while there is one.
  bool done() const { return done_; }
  void Write(RequestBytes& out) const;
  // Where the answer to it goes: empty, with the memory of the one before.
  Reply& MakeRoom();
  // Once the answer is there: what follows from it.
  absl::Status Take();
  // In the words of the batch: the status with which a server refused the request.
  absl::Status Explain(const absl::Status& refusal) const;

 private:
  const Part& part() const { return parts_.empty() ? whole_ : parts_[next_]; }
  absl::Status TakeMoments();
  absl::Status TakeAdvantages();

  Batch batch_;
  Settings settings_;  // of the caller, then of the requests
  Forms forms_;
  Reply* reply_ = nullptr;
  Part whole_;
  bool done_ = true;

  // Of a batch in parts:
  std::vector<Part> parts_;
  std::size_t next_ = 0;
  bool for_moments_ = false;  // until all of them are known
  v1::BatchMoments round_;    // those of the parts so far
  Reply part_reply_;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_COMPUTATION_H_
