// What stands between this process and a server, before anything is sent: proxies, sockets.
#ifndef ADVANTAGED_CLI_DOCTOR_ENVIRONMENT_H_
#define ADVANTAGED_CLI_DOCTOR_ENVIRONMENT_H_

#include <string>

#include "cli/doctor/finding.h"

namespace advantaged::cli {

// Whether a proxy of the environment would catch calls to this address. Clients of this project use
// none, but others that speak gRPC do: it reads the first of grpc_proxy, https_proxy and http_proxy
// that is set, unless the host ends with an entry of no_grpc_proxy, or of no_proxy if that is not
// set.
Finding CheckProxy(const std::string& address);

// Of unix:PATH: whether there is a socket that this user may connect to.
Finding CheckSocket(const std::string& path);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_DOCTOR_ENVIRONMENT_H_
