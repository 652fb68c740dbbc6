// The names that clients may have: a list of settings, and of subject alternative names.
#ifndef ADVANTAGED_SERVER_TLS_CLIENT_NAMES_H_
#define ADVANTAGED_SERVER_TLS_CLIENT_NAMES_H_

#include <span>
#include <string>
#include <string_view>

namespace advantaged {

// "" if `pattern` can be a name of the list, else why not: a DNS name, one with "*." before it, or
// a URI ("spiffe://cluster.local/ns/training/sa/trainer").
std::string CheckNamePattern(std::string_view pattern);

// Whether a name of a certificate is meant. DNS names are equal whatever their case, and "*."
// stands for exactly one label; URIs are equal byte for byte. A name with a wildcard of its own is
// nobody's, so no pattern means it.
bool Matches(std::string_view pattern, std::string_view name);

// Whether one of the names is allowed by one of the patterns.
bool AnyMatches(std::span<const std::string> patterns, std::span<const std::string> names);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_TLS_CLIENT_NAMES_H_
