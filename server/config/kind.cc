#include "server/config/kind.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/numbers.h"
#include "base/text.h"

namespace advantaged {
namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view kOff = "off";
constexpr std::string_view kAuto = "auto";

struct Suffix {
  std::string_view text;
  std::uint64_t bytes;
};
constexpr Suffix kSuffixes[] = {{"GiB", 1U << 30}, {"MiB", 1U << 20}, {"KiB", 1U << 10}};

std::string Quoted(std::string_view text) { return Concat("\"", text, "\""); }

std::string WriteBytes(std::uint64_t bytes) {
  for (const Suffix& suffix : kSuffixes) {
    if (bytes != 0 && bytes % suffix.bytes == 0) return Concat(bytes / suffix.bytes, suffix.text);
  }
  return Concat(bytes);
}

std::optional<std::uint64_t> ParseBytes(std::string_view text) {
  std::uint64_t unit = 1;
  for (const Suffix& suffix : kSuffixes) {
    if (!text.ends_with(suffix.text)) continue;
    unit = suffix.bytes;
    text.remove_suffix(suffix.text.size());
    break;
  }
  const auto number = ParseNumber<std::uint64_t>(text);
  if (!number || *number > std::numeric_limits<std::uint64_t>::max() / unit) return std::nullopt;
  return *number * unit;
}

double ToSeconds(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

std::string WriteSeconds(std::chrono::milliseconds time) {
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, ToSeconds(time), std::chars_format::fixed).ptr;
  return {buffer, end};
}

std::string ToOctal(mode_t mode) {
  char buffer[8] = "0";
  const auto end = std::to_chars(buffer + 1, buffer + sizeof buffer, mode, 8).ptr;
  return {buffer, end};
}

// A kind with one text for a value. `read` sets the member or returns what is wrong.
Kind Scalar(std::string type, std::string range, bool is_number,
            std::function<std::string(const std::string&, ServerOptions&)> read,
            std::function<std::string(const ServerOptions&)> write) {
  return {
      .type = std::move(type),
      .range = std::move(range),
      .is_number = is_number,
      .is_list = false,
      .read = [read = std::move(read)](const Texts& texts, ServerOptions& options) -> std::string {
        return texts.size() == 1 ? read(texts.front(), options) : "takes one value";
      },
      .write = [write = std::move(write)](
                   const ServerOptions& options) { return Texts{write(options)}; }};
}

}  // namespace

Kind AddressList(std::vector<Address> ServerOptions::*member) {
  return {.type = "ADDRESS",
          .range = "",
          .is_number = false,
          .is_list = true,
          .read = [member](const Texts& texts, ServerOptions& options) -> std::string {
            std::vector<Address> addresses;
            std::string error;
            for (const std::string& text : texts) {
              auto address = ParseAddress(text, error);
              if (!address) return error;
              addresses.push_back(*std::move(address));
            }
            if (addresses.empty()) return "needs an address";
            options.*member = std::move(addresses);
            return "";
          },
          .write =
              [member](const ServerOptions& options) {
                Texts texts;
                for (const Address& address : options.*member) texts.push_back(address.ToString());
                return texts;
              }};
}

Kind TextList(std::vector<std::string> ServerOptions::*member, std::string type,
              std::string (*check)(std::string_view)) {
  return {.type = std::move(type),
          .range = "",
          .is_number = false,
          .is_list = true,
          .read = [member, check](const Texts& texts, ServerOptions& options) -> std::string {
            for (const std::string& text : texts) {
              if (std::string error = check(text); !error.empty()) return error;
            }
            options.*member = texts;
            return "";
          },
          .write = [member](const ServerOptions& options) { return options.*member; }};
}

Kind HttpAddress(std::optional<Address> ServerOptions::*member) {
  return Scalar(
      "ADDRESS", "HOST:PORT or off", false,
      [member](const std::string& text, ServerOptions& options) -> std::string {
        std::string error;
        auto address = text == kOff ? std::nullopt : ParseAddress(text, error);
        if (!error.empty()) return error;
        if (address && address->is_unix()) {
          return Quoted(text) + ": HTTP needs HOST:PORT, or \"off\"";
        }
        options.*member = std::move(address);
        return "";
      },
      [member](const ServerOptions& options) {
        return options.*member ? (options.*member)->ToString() : std::string(kOff);
      });
}

Kind FileMode(mode_t ServerOptions::*member) {
  return Scalar(
      "MODE", "0 to 0777", false,
      [member](const std::string& text, ServerOptions& options) -> std::string {
        const auto mode = ParseNumber<mode_t>(text, 8);
        if (!mode || *mode > 0777) return Quoted(text) + " is not an octal mode, 0 to 0777";
        options.*member = *mode;
        return "";
      },
      [member](const ServerOptions& options) { return ToOctal(options.*member); });
}

Kind Path(std::string ServerOptions::*member) {
  return Scalar(
      "PATH", "", false,
      [member](const std::string& text, ServerOptions& options) {
        options.*member = text;
        return "";
      },
      [member](const ServerOptions& options) { return options.*member; });
}

Kind Seconds(std::chrono::milliseconds ServerOptions::*member, std::chrono::milliseconds smallest,
             std::chrono::milliseconds largest) {
  const std::string range = Concat(WriteSeconds(smallest), " to ", WriteSeconds(largest));
  return Scalar(
      "SECONDS", range, true,
      [=](const std::string& text, ServerOptions& options) -> std::string {
        const auto seconds = ParseNumber<double>(text, std::chars_format::fixed);
        if (!seconds || std::isnan(*seconds)) {
          return Concat(Quoted(text), " is not a number of seconds, ", range);
        }
        if (*seconds < ToSeconds(smallest) || *seconds > ToSeconds(largest)) {
          return Concat(Quoted(text), " is not in ", range, " seconds");
        }
        const std::chrono::milliseconds time(std::llround(*seconds * 1000));
        if (ToSeconds(time) != *seconds) return Quoted(text) + " is finer than a millisecond";
        options.*member = time;
        return "";
      },
      [member](const ServerOptions& options) { return WriteSeconds(options.*member); });
}

Kind WholeNumber(Unit unit, std::uint64_t smallest, std::uint64_t largest,
                 std::function<void(std::uint64_t, ServerOptions&)> set,
                 std::function<std::uint64_t(const ServerOptions&)> get) {
  const bool bytes = unit == Unit::kBytes;
  const auto write = [bytes](std::uint64_t n) { return bytes ? WriteBytes(n) : Concat(n); };
  const std::string range = Concat(write(smallest), " to ", write(largest));
  return Scalar(
      bytes ? "BYTES" : "NUMBER", range, true,
      [=, set = std::move(set)](const std::string& text, ServerOptions& options) -> std::string {
        const auto number = bytes ? ParseBytes(text) : ParseNumber<std::uint64_t>(text);
        if (!number) {
          return Concat(Quoted(text), " is not a whole number",
                        bytes ? " of bytes (KiB, MiB, GiB may follow), " : ", ", range);
        }
        if (*number < smallest || *number > largest) {
          return Concat(Quoted(text), " is not in ", range);
        }
        set(*number, options);
        return "";
      },
      [write, get = std::move(get)](const ServerOptions& options) { return write(get(options)); });
}

Kind BytesOrAuto(std::function<std::optional<std::uint64_t>&(ServerOptions&)> member,
                 std::uint64_t largest) {
  Kind number = WholeNumber(
      Unit::kBytes, 0, largest,
      [member](std::uint64_t value, ServerOptions& options) { member(options) = value; },
      [member](const ServerOptions& options) {
        ServerOptions copy = options;
        return member(copy).value_or(0);
      });
  return Scalar(
      number.type, Concat(number.range, ", or ", kAuto), true,
      [=](const std::string& text, ServerOptions& options) -> std::string {
        if (text != kAuto) return number.read({text}, options);
        member(options).reset();
        return "";
      },
      [=](const ServerOptions& options) {
        ServerOptions copy = options;
        return member(copy) ? number.write(options).front() : std::string(kAuto);
      });
}

Kind Share(std::function<double&(ServerOptions&)> member) {
  return Scalar(
      "SHARE", "above 0, up to 1", true,
      [member](const std::string& text, ServerOptions& options) -> std::string {
        const auto share = ParseNumber<double>(text, std::chars_format::fixed);
        if (!share || !(*share > 0 && *share <= 1)) {
          return Quoted(text) + " is not a number above 0, up to 1";
        }
        member(options) = *share;
        return "";
      },
      [member](const ServerOptions& options) {
        ServerOptions copy = options;
        char buffer[400];
        return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, member(copy),
                                                 std::chars_format::fixed)
                                       .ptr);
      });
}

Kind Choice(std::vector<std::string_view> names,
            std::function<void(std::size_t, ServerOptions&)> set,
            std::function<std::size_t(const ServerOptions&)> get) {
  std::string range;
  for (const std::string_view name : names) range += Concat(range.empty() ? "" : ", ", name);
  return Scalar(
      "NAME", range, false,
      [=, set = std::move(set)](const std::string& text, ServerOptions& options) -> std::string {
        const auto found = std::ranges::find(names, text);
        if (found == names.end()) return Concat(Quoted(text), " is not one of ", range);
        set(static_cast<std::size_t>(found - names.begin()), options);
        return "";
      },
      [names, get = std::move(get)](const ServerOptions& options) {
        return std::string(names[get(options)]);
      });
}

}  // namespace advantaged
