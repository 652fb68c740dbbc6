// Bytes as text.
#ifndef ADVANTAGED_SERVER_JSON_BASE64_H_
#define ADVANTAGED_SERVER_JSON_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace advantaged {

// The bytes that `text` is the base64 of (RFC 4648), in the usual alphabet or the one for URLs,
// padded or not. Nothing if it is not: another character, padding of another length, or bits behind
// the last byte.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_BASE64_H_
