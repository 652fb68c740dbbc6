// What can be chosen of the log.
#ifndef ADVANTAGED_SERVER_LOG_OPTIONS_H_
#define ADVANTAGED_SERVER_LOG_OPTIONS_H_

namespace advantaged {

enum class LogFormat { kAuto, kText, kJson };
enum class LogLevel { kDebug, kInfo, kWarning, kError };

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_OPTIONS_H_
