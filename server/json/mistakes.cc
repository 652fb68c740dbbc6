#include "server/json/mistakes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace advantaged {
namespace {

constexpr std::string_view kQuote = "\"";
// Looked at for a piece, at least.
constexpr std::size_t kPieceBytes = std::size_t{1} << 14;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWordCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+' ||
         c == '-' || c == '.' || c == '$';
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Takes the digits at the beginning; false if there are none.
bool TakeDigits(std::string_view& text) {
  const auto* end = std::ranges::find_if_not(text, IsDigit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count > 0;
}

// A number that the parser takes: it refuses those beyond double.
bool IsFiniteNumber(std::string_view word) {
  return word.size() <= kPieceBytes && IsJsonNumber(word) &&
         std::isfinite(std::strtod(std::string(word).c_str(), nullptr));
}

// The text behind the first quote, up to and with the second.
std::string_view TakeString(std::string_view rest) {
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2U : 1U;
  return rest.substr(0, end + 1);
}

std::string_view TakeWord(std::string_view rest) {
  const auto* end = std::ranges::find_if_not(rest, IsWordCharacter);
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

// The bracket that a comma stands before, or 0.
char ClosedBehind(std::string_view rest) {
  const auto* next = std::ranges::find_if_not(rest, IsSpace);
  return next != rest.end() && (*next == ']' || *next == '}') ? *next : '\0';
}

}  // namespace

bool IsJsonNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (!TakeDigits(text)) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!TakeDigits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!TakeDigits(text)) return false;
  }
  return text.empty();
}

std::string_view PlainJson::Next() {
  const std::string_view piece = json_.substr(done_, kPieceBytes);
  const auto end = std::ranges::find_if_not(piece.rbegin(), piece.rend(), IsWordCharacter);
  if (end != piece.rend()) {
    word_ = done_ + static_cast<std::size_t>(piece.rend() - end);
  } else if (piece.size() == kPieceBytes) {
    // Bytes in base64 are that long; what else is in quotes need not be.
    const char before = word_ == 0 ? ' ' : json_[word_ - 1];
    if (before != '"' && before != '/') return {};
  }
  done_ += piece.size();
  return piece;
}

std::string_view MarkedJson::Next() {
  std::size_t good = 0;  // bytes without a mistake
  while (marked_.empty() && good < std::min(rest_.size(), kPieceBytes)) {
    const std::string_view rest = rest_.substr(good);
    const char c = rest.front();
    if (c == '"') {
      good += 1 + TakeString(rest.substr(1)).size();
      continue;
    }
    if (!IsWordCharacter(c)) {
      ++good;
      const char close = c == ',' ? ClosedBehind(rest.substr(1)) : '\0';
      if (close == '\0') continue;
      marked_ = {kQuote, kMistake, kTrailingComma, kQuote};
      if (close == '}') marked_.push_back(":0");
      marked_.push_front(rest_.substr(0, good));
      rest_.remove_prefix(good);
      continue;
    }
    const std::string_view word = TakeWord(rest);
    if (word == "true" || word == "false" || word == "null" || IsFiniteNumber(word)) {
      good += word.size();
      continue;
    }
    marked_ = {kQuote, kMistake, word, kQuote};
    if (good > 0) marked_.push_front(rest_.substr(0, good));
    rest_.remove_prefix(good + word.size());
  }
  if (marked_.empty()) {
    marked_.push_back(rest_.substr(0, good));
    rest_.remove_prefix(good);
  }
  const std::string_view piece = marked_.front();
  marked_.pop_front();
  return piece;
}

}  // namespace advantaged
