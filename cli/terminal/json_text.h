// JSON that is put together as text, and messages in the JSON form of the contract.
#ifndef ADVANTAGED_CLI_TERMINAL_JSON_TEXT_H_
#define ADVANTAGED_CLI_TERMINAL_JSON_TEXT_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace advantaged::cli {

// `text` as a string of JSON, in quotes. What is no UTF-8 in it becomes U+FFFD.
std::string JsonQuoted(const std::string& text);

enum class JsonLayout { kOneLine, kIndented };

// `message` with the field names of the contract, its zeros printed, and a newline at the end.
std::string MessageAsJson(const google::protobuf::Message& message, JsonLayout layout);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_TERMINAL_JSON_TEXT_H_
