// The contract's messages as JSON (protobuf's mapping): fields are read under their proto names or
// in lowerCamel, and printed under their proto names, zeros included.
#ifndef ADVANTAGED_SERVER_JSON_CODEC_H_
#define ADVANTAGED_SERVER_JSON_CODEC_H_

#include <cstddef>
#include <string>

#include "server/call_status.h"

namespace google::protobuf {
class Message;
}

namespace advantaged {

namespace v1 {
class ComputeAdvantagesResponse;
class DescribeMethodResponse;
}  // namespace v1

// Upper bounds of a printed number with its comma, e.g. "-1.1754944e-38,": of float32, and of
// double and whatever else a reply has a column of, integers and names of outcomes.
inline constexpr std::size_t kJsonFloatBytes = 15;
inline constexpr std::size_t kJsonDoubleBytes = 25;

// Reads `json` into an empty message. A violation names the field, as far as there is one: an
// unknown field is one, as is a value that its type cannot hold.
CallStatus ReadJson(const std::string& json, google::protobuf::Message& message);

std::string PrintJson(const google::protobuf::Message& message);
// The same, and the shortest text that reads back as the same float32 for every advantage, also -0.
// Thousands of them take about a tenth of the time. Takes the advantages out of the message.
std::string PrintJson(v1::ComputeAdvantagesResponse& response);
// Likewise, for every double.
std::string PrintJson(v1::DescribeMethodResponse& response);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_CODEC_H_
