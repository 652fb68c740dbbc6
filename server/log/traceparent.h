// The caller's place in a distributed trace (W3C Trace Context): logged with the call, and sent
// back.
#ifndef ADVANTAGED_SERVER_LOG_TRACEPARENT_H_
#define ADVANTAGED_SERVER_LOG_TRACEPARENT_H_

#include <string_view>

namespace advantaged {

inline constexpr char kTraceparent[] = "traceparent";

// version-traceid-parentid-flags, e.g. 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, in
// lower case; what later versions append is left out. Empty if `text` is no such thing: then it is
// to be ignored.
std::string_view Traceparent(std::string_view text);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_TRACEPARENT_H_
