// What one place says about the settings: the flags, the environment or the file.
#ifndef ADVANTAGED_SERVER_CONFIG_LAYER_H_
#define ADVANTAGED_SERVER_CONFIG_LAYER_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace advantaged {

struct Entry {
  std::vector<std::string> texts;  // the value as written, or the values of a list
  std::string place;               // for errors: "--listen", "ADVANTAGED_LISTEN", "FILE:3: listen"
  std::string origin;              // for --print-config: "flag", "environment", "file, line 3"
};

// By the name of the setting. What is not there was not said.
using Layer = std::map<std::string, Entry, std::less<>>;

// Sentences for people, one for each thing wrong.
using Errors = std::vector<std::string>;

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_LAYER_H_
