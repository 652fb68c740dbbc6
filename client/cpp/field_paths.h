// What a server says about the fields of a request, in the words of the batch that the caller has.
#ifndef ADVANTAGED_CLIENT_CPP_FIELD_PATHS_H_
#define ADVANTAGED_CLIENT_CPP_FIELD_PATHS_H_

#include <absl/status/status.h>

namespace advantaged::client {

// Of an INVALID_ARGUMENT: the form that the client chose takes the name of the array that the
// caller gave (`reward_bits` is `rewards`). Other statuses as they are.
absl::Status InWordsOfBatch(const absl::Status& status);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_FIELD_PATHS_H_
