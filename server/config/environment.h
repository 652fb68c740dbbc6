// The variables of the environment whose names begin with ADVANTAGED_.
#ifndef ADVANTAGED_SERVER_CONFIG_ENVIRONMENT_H_
#define ADVANTAGED_SERVER_CONFIG_ENVIRONMENT_H_

#include <string>
#include <vector>

#include "server/config/layer.h"

namespace advantaged {

struct Environment {
  Layer settings;
  std::string config;  // ADVANTAGED_CONFIG; empty: not set
  // About names that are almost known: typing errors.
  Errors errors;
  // About other unknown names. They may be another program's: advctl has ADVANTAGED_SERVER.
  std::vector<std::string> warnings;
};

// `variables`: "NAME=VALUE", ended by null, as in environ(7). An empty value is as good as none. A
// list's values stand between commas. What Kubernetes sets for a service called advantaged, or
// advantaged-something, is passed over in silence: ADVANTAGED_SERVICE_HOST, ADVANTAGED_PORT and
// more.
Environment ReadEnvironment(const char* const* variables);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_ENVIRONMENT_H_
