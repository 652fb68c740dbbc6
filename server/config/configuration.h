// The configuration in effect: what flags, environment, file and defaults come to.
#ifndef ADVANTAGED_SERVER_CONFIG_CONFIGURATION_H_
#define ADVANTAGED_SERVER_CONFIG_CONFIGURATION_H_

#include <string>
#include <vector>

#include "server/config/command_line.h"
#include "server/config/environment.h"
#include "server/config/layer.h"
#include "server/config/options.h"

namespace advantaged {

class Configuration {
 public:
  // Of layers that say something of the same setting, the first counts. What is wrong with a value
  // is added to `errors`, which begin with the place of the value; then the result means nothing.
  static Configuration Merge(const std::vector<Layer>& layers, Errors& errors);

  const ServerOptions& options() const { return options_; }
  // As a configuration file that reads back as the same; a comment says where each value is from.
  std::string ToFile() const;
  // Equal for equal values, wherever they are from: CRC-32 as 8 hexadecimal digits.
  std::string Hash() const;

  // Takes over from `next` what can change while the server runs. `applied` and `need_restart` get
  // the keys whose values differ.
  void Reload(const Configuration& next, std::vector<std::string>& applied,
              std::vector<std::string>& need_restart);

 private:
  struct Value {
    std::vector<std::string> texts;  // as Kind::write has them
    std::string origin;
  };

  ServerOptions options_;
  std::vector<Value> values_;  // in the order of Settings()
};

// What the process was started with. Flags and environment stay as they are; the file can be read
// again.
class ConfigurationSource {
 public:
  ConfigurationSource(CommandLine line, Environment environment);

  // Flag before environment before file before default.
  Configuration Load(Errors& errors) const;
  // The file, or empty where there is none.
  const std::string& path() const { return path_; }

 private:
  const CommandLine line_;
  const Environment environment_;
  const std::string path_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_CONFIGURATION_H_
