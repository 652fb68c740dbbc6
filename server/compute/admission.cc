#include "server/compute/admission.h"

#include <algorithm>

#include "server/metrics/load_metrics.h"

namespace advantaged {

Admission::Ticket& Admission::Ticket::operator=(Ticket&& other) noexcept {
  if (this == &other) return *this;
  Return();
  admission_ = std::exchange(other.admission_, nullptr);
  connection_ = other.connection_;
  bytes_ = other.bytes_;
  return *this;
}

void Admission::Ticket::Return() {
  if (admission_ == nullptr) return;
  Admission& admission = *std::exchange(admission_, nullptr);
  const std::lock_guard lock(admission.mutex_);
  --admission.all_.calls;
  admission.all_.bytes -= bytes_;
  admission.metrics_.SetInFlight(admission.all_.calls, admission.all_.bytes);
  const auto connection = admission.held_.find(connection_);
  connection->second.bytes -= bytes_;
  if (--connection->second.calls == 0) admission.held_.erase(connection);
}

Admission::Ticket Admission::Enter(ConnectionId connection, std::uint64_t bytes, Refusal& refusal) {
  Ticket ticket;
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(connection);
  refusal = Check(held == held_.end() ? Held{} : held->second, bytes);
  if (refusal != Refusal::kNone) return ticket;
  for (Held* sum : {&all_, &held_[connection]}) {
    ++sum->calls;
    sum->bytes += bytes;
  }
  metrics_.SetInFlight(all_.calls, all_.bytes);
  ticket.admission_ = this;
  ticket.connection_ = connection;
  ticket.bytes_ = bytes;
  return ticket;
}

Admission::Refusal Admission::Extend(Ticket& ticket, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  Held& connection = held_.at(ticket.connection_);
  const std::uint64_t share = BytesOfOneConnection();
  if (ticket.bytes_ + bytes > share) return Refusal::kNever;
  if (all_.bytes + bytes > limits_.bytes) return Refusal::kBytes;
  if (connection.bytes + bytes > share) return Refusal::kConnectionShare;
  for (std::uint64_t* sum : {&all_.bytes, &connection.bytes, &ticket.bytes_}) *sum += bytes;
  metrics_.SetInFlight(all_.calls, all_.bytes);
  return Refusal::kNone;
}

std::uint64_t Admission::BytesOfOneConnection() const {
  return static_cast<std::uint64_t>(limits_.connection_share * static_cast<double>(limits_.bytes));
}

Admission::Refusal Admission::Check(const Held& connection, std::uint64_t bytes) const {
  const std::uint64_t share = BytesOfOneConnection();
  if (bytes > share) return Refusal::kNever;
  if (all_.calls >= limits_.calls) return Refusal::kCalls;
  if (all_.bytes + bytes > limits_.bytes) return Refusal::kBytes;
  // At least one call: the smallest limit must not shut everybody out.
  const double calls = std::max(1.0, limits_.connection_share * limits_.calls);
  const bool fits =
      static_cast<double>(connection.calls + 1) <= calls && connection.bytes + bytes <= share;
  return fits ? Refusal::kNone : Refusal::kConnectionShare;
}

void Admission::SetLimits(const AdmissionLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

}  // namespace advantaged
