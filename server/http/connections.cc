#include "server/http/connections.h"

#include <utility>

namespace advantaged::http {

bool Connections::MakeRoom() {
  if (waiting_.empty()) return false;
  const Close close = std::move(waiting_.front());
  waiting_.pop_front();
  close();
  observer_.OnTurnedAway();
  return true;
}

}  // namespace advantaged::http
