// The configuration file: TOML, with the settings as top-level keys.
//
//   listen = ["127.0.0.1:50051", "unix:/run/advantaged/grpc.sock"]
//   max_request_bytes = "256MiB"
//   drain_delay = 5
#ifndef ADVANTAGED_SERVER_CONFIG_FILE_H_
#define ADVANTAGED_SERVER_CONFIG_FILE_H_

#include <string>
#include <string_view>

#include "server/config/layer.h"
#include "server/config/settings.h"

namespace advantaged {

// Reads a file, or adds to `errors` why not: it cannot be read (see ReadRegularFile), is not TOML,
// has keys that are not known or values of the wrong type. Errors name the path, and the line where
// there is one.
Layer ReadConfigFile(const std::string& path, Errors& errors);
// The same with the file's text; `path` is for the errors.
Layer ParseConfig(std::string_view text, const std::string& path, Errors& errors);

// `texts`, the value of a setting, as the file has it.
std::string WriteConfigValue(const Setting& setting, const std::vector<std::string>& texts);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_FILE_H_
