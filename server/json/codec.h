// The contract's messages as JSON (protobuf's mapping): fields are read under their proto names or
// in lowerCamel, and printed under their proto names, zeros included.
#ifndef ADVANTAGED_SERVER_JSON_CODEC_H_
#define ADVANTAGED_SERVER_JSON_CODEC_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "server/codec/call_status.h"

namespace google::protobuf {
class Message;
}

namespace advantaged {

// Upper bounds of a printed number with its comma, e.g. "-1.1754944e-38,": of float32, and of
// double and whatever else a reply has a column of, integers and names of outcomes.
inline constexpr std::size_t kJsonFloatBytes = 15;
inline constexpr std::size_t kJsonDoubleBytes = 25;

// Reads `json` into an empty message. The violations name everything that is wrong, field by field:
// what is not JSON, names that are unknown or given twice, and values that are not what the field
// takes, also null in a list. `stop` is asked now and then whether the caller has given up: the
// reading then ends with kCancelled. Empty: never.
CallStatus ReadJson(std::string_view json, google::protobuf::Message& message,
                    const std::function<bool()>& stop = {});

// Of a message that has few numbers.
std::string PrintJson(const google::protobuf::Message& message);
// The same of any, and with the shortest text that reads back as the same number for every entry of
// a list. Takes the lists out of the message.
std::string TakeAsJson(google::protobuf::Message& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_CODEC_H_
