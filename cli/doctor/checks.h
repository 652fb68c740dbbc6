// What a server says and does when it is asked.
#ifndef ADVANTAGED_CLI_DOCTOR_CHECKS_H_
#define ADVANTAGED_CLI_DOCTOR_CHECKS_H_

#include "advantaged/client/client.h"
#include "cli/doctor/finding.h"

namespace advantaged::cli {

// Whether anything answers, and whether it is this service; `info` is what it said.
Finding CheckConnection(client::Client& client, v1::GetServerInfoResponse& info);

Finding CheckHealth(client::Client& client);

// Of the server, and of this program, whose own answer is `own`.
Finding CheckVersions(const v1::GetServerInfoResponse& info, const v1::GetServerInfoResponse& own);

Finding CheckLimits(const v1::GetServerInfoResponse& info);

// A batch whose advantages are known to the bit. It is not observed.
Finding CheckGoldenBatch(client::Client& client, const v1::GetServerInfoResponse& info);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_DOCTOR_CHECKS_H_
