// The text of a configuration file.
#include <cstdint>
#include <string>
#include <string_view>

#include "server/config/configuration.h"
#include "server/config/file.h"
#include "tests/fuzz/require.h"

namespace advantaged::fuzz {
namespace {

constexpr std::size_t kMaxBytes = 65536;
constexpr char kPath[] = "advantaged.toml";

Configuration Read(std::string_view text, Errors& errors) {
  const Layer file = ParseConfig(text, kPath, errors);
  return Configuration::Merge({file}, errors);
}

void Run(std::string_view text) {
  Errors errors;
  const Configuration configuration = Read(text, errors);
  for (const std::string& error : errors) {
    Require(error.starts_with(kPath), "an error names file and line", error);
  }
  if (!errors.empty()) return;
  const std::string written = configuration.ToFile();
  const Configuration again = Read(written, errors);
  Require(errors.empty(), "--print-config reads back", written);
  Require(again.Hash() == configuration.Hash(), "--print-config reads back as the same", written);
}

}  // namespace
}  // namespace advantaged::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > advantaged::fuzz::kMaxBytes) return 0;
  advantaged::fuzz::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
