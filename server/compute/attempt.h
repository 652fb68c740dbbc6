// Which attempt of its client a call is.
#ifndef ADVANTAGED_SERVER_COMPUTE_ATTEMPT_H_
#define ADVANTAGED_SERVER_COMPUTE_ATTEMPT_H_

namespace advantaged {

// Whether a client sends a call for the first time. One that it sends again, because the connection
// broke or the server went away, may bring a batch that was computed and counted already.
enum class Attempt { kFirst, kAgain };

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_ATTEMPT_H_
