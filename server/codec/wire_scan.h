// The bytes of a request, looked at before a message is made of them: what the contract does not
// have, and what would take many times as much memory as it has bytes, is refused without ever
// being in a message. Lists of numbers and texts are jumped over.
#ifndef ADVANTAGED_SERVER_CODEC_WIRE_SCAN_H_
#define ADVANTAGED_SERVER_CODEC_WIRE_SCAN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "advantaged/advantaged.h"
#include "server/codec/call_status.h"

namespace google::protobuf {
class Descriptor;
namespace io {
class ZeroCopyInputStream;
}
}  // namespace google::protobuf

namespace advantaged {

struct WireScan {
  // Whether the bytes have the form of a message. What else is here is of the bytes before the
  // first mistake.
  bool good = false;
  // Fields that the contract does not have, each once, the first 32 of them. Not those with the
  // numbers that every message reserves for what may be ignored: 500 to 599.
  std::vector<UnknownField> unknown;
  // Whether there are some of those.
  bool has_ignored = false;
  // A field with more entries than EntryCounts allows; the scan ends there.
  std::optional<Violation> too_many;
};

// Of `size` bytes, all that the stream has, which are to be a message of this type.
WireScan ScanWire(google::protobuf::io::ZeroCopyInputStream& bytes, std::uint64_t size,
                  const google::protobuf::Descriptor& type);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_WIRE_SCAN_H_
