// One batch as a request, and the reply to it as the caller wants it. Knows no network.
#ifndef ADVANTAGED_CLIENT_CPP_COMPUTATION_H_
#define ADVANTAGED_CLIENT_CPP_COMPUTATION_H_

#include <absl/status/status.h>

#include <string>

#include "advantaged/client/batch.h"
#include "client/cpp/forms.h"
#include "client/cpp/request_bytes.h"

namespace advantaged::client {

// Whether a field of a request is for the client to set, from the batch, and not a setting.
bool IsOfBatch(const std::string& field);

class Computation {
 public:
  // Begins anew: writes the request. What the batch shows, and `reply`, must stay until it is done.
  // INVALID_ARGUMENT for what no server could say in the caller's words.
  absl::Status Begin(const Batch& batch, const Settings& settings, Reply& reply, RequestBytes& out);
  // Where the answer goes: empty, with the memory of the one before.
  Reply& MakeRoom();
  // Once the answer is there: gives each row its advantage. INTERNAL if it is not the answer to
  // this batch.
  absl::Status Take();

 private:
  Batch batch_;
  bool has_advantages_ = true;
  bool has_statistics_ = false;
  Forms forms_;
  Reply* reply_ = nullptr;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_COMPUTATION_H_
