#include "server/json/text.h"

namespace advantaged {

std::string_view JsonText::Next() {
  if (unlooked_ >= kBytesPerLook && !stopped_) {
    stopped_ = stop_ && stop_();
    unlooked_ = 0;
  }
  if (stopped_) return {};
  if (rest_.empty()) rest_ = next_();
  const std::string_view piece = rest_.substr(0, kBytesPerLook);
  rest_.remove_prefix(piece.size());
  unlooked_ += piece.size();
  return piece;
}

}  // namespace advantaged
