// Calls as gRPC counts them, before it has told us of them: how many of each connection are open.
#ifndef ADVANTAGED_SERVER_GUARD_CALLS_BY_PEER_H_
#define ADVANTAGED_SERVER_GUARD_CALLS_BY_PEER_H_

#include <cstdint>
#include <map>

#include "server/guard/peer.h"

namespace advantaged {

// Of every TCP connection of every server in this process, from gRPC's channelz (gRPC proposal
// A14). A call that its client has reset counts until gRPC has taken it apart. Takes some ten
// microseconds for each connection.
std::map<Peer, std::uint64_t> OpenCallsByPeer();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_CALLS_BY_PEER_H_
