// A failed call over HTTP: google.rpc.Status as JSON, under the HTTP status that fits.
//
//   {"code":3,"message":"…","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest",
//    "field_violations":[{"field":"…","description":"…"}]}, …]}
#ifndef ADVANTAGED_SERVER_JSON_STATUS_H_
#define ADVANTAGED_SERVER_JSON_STATUS_H_

#include "server/codec/call_status.h"
#include "server/http/message.h"

namespace advantaged {

// INVALID_ARGUMENT and FAILED_PRECONDITION 400; PERMISSION_DENIED 403; RESOURCE_EXHAUSTED 429 with
// Retry-After, or 413 where trying again cannot help; CANCELLED 499; INTERNAL 500; UNAVAILABLE 503;
// DEADLINE_EXCEEDED 504. `status` is not OK.
http::Response ToHttpResponse(const CallStatus& status);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_STATUS_H_
