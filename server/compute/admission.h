// How much may be in memory at once: calls and their bytes, in all and for one connection.
//
// A call enters before any work is done for it and leaves when its answer has been sent. One
// connection may hold only a share of each limit, so a client that floods the server, or reads its
// answers slowly, leaves room for the others.
#ifndef ADVANTAGED_SERVER_COMPUTE_ADMISSION_H_
#define ADVANTAGED_SERVER_COMPUTE_ADMISSION_H_

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "server/compute/limits.h"

namespace advantaged {

class LoadMetrics;

// Tells connections apart, while something of them is in flight; never looked into.
using ConnectionId = const void*;

// Thread-safe.
class Admission {
 public:
  // kNever: it has more bytes than one connection may ever have in flight.
  enum class Refusal : std::uint8_t { kNone, kCalls, kBytes, kConnectionShare, kNever };

  // The right to be in flight, given back when it is destroyed. The admission must outlive it.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept { *this = std::move(other); }
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket() { Return(); }

    // False if the call was refused, or has left.
    explicit operator bool() const { return admission_ != nullptr; }
    void Return();

   private:
    friend class Admission;
    Admission* admission_ = nullptr;
    ConnectionId connection_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

  // `metrics` must outlive the admission.
  Admission(const AdmissionLimits& limits, LoadMetrics& metrics)
      : metrics_(metrics), limits_(limits) {}

  // Lets a call in, or tells in `refusal` which limit it would break.
  Ticket Enter(ConnectionId connection, std::uint64_t bytes, Refusal& refusal);

  // Lets more bytes in for a call that is in: what its answer needs may be known only later. If it
  // is refused, the ticket stays as it was.
  Refusal Extend(Ticket& ticket, std::uint64_t bytes);

  // For calls to come; who is in stays in.
  void SetLimits(const AdmissionLimits& limits);

 private:
  struct Held {
    std::uint64_t calls = 0;
    std::uint64_t bytes = 0;
  };

  Refusal Check(const Held& connection, std::uint64_t bytes) const;
  std::uint64_t BytesOfOneConnection() const;

  LoadMetrics& metrics_;
  std::mutex mutex_;
  AdmissionLimits limits_;
  Held all_;
  std::unordered_map<ConnectionId, Held> held_;  // only connections that hold something
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_ADMISSION_H_
