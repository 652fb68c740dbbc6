// The kinds of settings: how a value is written, what it may be, and which member of ServerOptions
// it sets.
#ifndef ADVANTAGED_SERVER_CONFIG_KIND_H_
#define ADVANTAGED_SERVER_CONFIG_KIND_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "server/options.h"

namespace advantaged {

struct Kind {
  std::string type;        // what --help writes for a value, e.g. "BYTES"
  std::string range;       // e.g. "1KiB to 1GiB"; empty: any
  bool is_number = false;  // the configuration file may have it without quotes
  bool is_list = false;    // a repeatable flag, an array in the file
  // Sets the member from the texts: one, or at least one for a list. Returns "" or what is wrong,
  // quoting the text; then nothing is set.
  std::function<std::string(const std::vector<std::string>&, ServerOptions&)> read;
  // The texts that read() takes for the member's value; equal values have equal texts.
  std::function<std::vector<std::string>(const ServerOptions&)> write;
};

// HOST:PORT or unix:PATH, at least one.
Kind AddressList(std::vector<Address> ServerOptions::*member);
// HOST:PORT, or "off".
Kind HttpAddress(std::optional<Address> ServerOptions::*member);
// Texts, none or more; `check` returns "" or what is wrong with one.
Kind TextList(std::vector<std::string> ServerOptions::*member, std::string type,
              std::string (*check)(std::string_view));
// Octal file mode, 0 to 0777.
Kind FileMode(mode_t ServerOptions::*member);
// Any text; empty stands for none.
Kind Path(std::string ServerOptions::*member);
// Seconds, decimals down to the millisecond.
Kind Seconds(std::chrono::milliseconds ServerOptions::*member, std::chrono::milliseconds smallest,
             std::chrono::milliseconds largest);

// Whole numbers, from `smallest` to `largest`. Bytes may have the suffix KiB, MiB or GiB.
enum class Unit { kNone, kBytes };
Kind WholeNumber(Unit unit, std::uint64_t smallest, std::uint64_t largest,
                 std::function<void(std::uint64_t, ServerOptions&)> set,
                 std::function<std::uint64_t(const ServerOptions&)> get);

// `member` is a pointer to a member of ServerOptions, or for what stands deeper a function:
// [](auto& options) -> auto& { return options.compute.pool.threads; }.
template <typename Member>
Kind WholeNumber(Unit unit, Member member, std::uint64_t smallest, std::uint64_t largest) {
  return WholeNumber(
      unit, smallest, largest,
      [member](std::uint64_t value, ServerOptions& options) {
        auto& target = std::invoke(member, options);
        target = static_cast<std::remove_reference_t<decltype(target)>>(value);
      },
      [member](const ServerOptions& options) -> std::uint64_t {
        return std::invoke(member, options);
      });
}

template <typename Member>
Kind Bytes(Member member, std::uint64_t smallest, std::uint64_t largest) {
  return WholeNumber(Unit::kBytes, member, smallest, largest);
}
template <typename Member>
Kind Count(Member member, std::uint64_t smallest, std::uint64_t largest) {
  return WholeNumber(Unit::kNone, member, smallest, largest);
}

// Bytes, from 0 to `largest`, or "auto" for none.
Kind BytesOrAuto(std::function<std::optional<std::uint64_t>&(ServerOptions&)> member,
                 std::uint64_t largest);

// A share of something: above 0, up to 1.
Kind Share(std::function<double&(ServerOptions&)> member);

// One of `names`, in the order of the enumeration, whose values count from 0.
Kind Choice(std::vector<std::string_view> names,
            std::function<void(std::size_t, ServerOptions&)> set,
            std::function<std::size_t(const ServerOptions&)> get);

template <typename Enum>
Kind Choice(Enum ServerOptions::*member, std::initializer_list<std::string_view> names) {
  return Choice(
      std::vector(names),
      [member](std::size_t value, ServerOptions& o) { o.*member = static_cast<Enum>(value); },
      [member](const ServerOptions& o) { return static_cast<std::size_t>(o.*member); });
}

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_KIND_H_
