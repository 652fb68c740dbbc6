#include "server/json/base64.h"

#include <array>
#include <cstdint>

namespace advantaged {
namespace {

constexpr unsigned kSextet = 6;
constexpr std::uint8_t kNone = 64;

constexpr std::array<std::uint8_t, 256> MakeValues() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  values['-'] = values['+'];
  values['_'] = values['/'];
  return values;
}

// Takes the padding off; false if it is not what the text needs.
bool Unpad(std::string_view& text) {
  const std::size_t all = text.size();
  while (text.ends_with('=') && all - text.size() < 2) text.remove_suffix(1);
  return text.size() == all || all % 4 == 0;
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  static constexpr std::array<std::uint8_t, 256> kValues = MakeValues();
  if (!Unpad(text) || text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;  // of bits that are in no byte yet; the lowest ones
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    bits = bits << kSextet | value;
    count += kSextet;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFFU);
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace advantaged
