// A value of JSON that is neither a list nor an object, and the field that it is for.
#ifndef ADVANTAGED_SERVER_JSON_SCALAR_H_
#define ADVANTAGED_SERVER_JSON_SCALAR_H_

#include <cstdint>
#include <string_view>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace advantaged {

struct JsonScalar {
  enum class Kind {
    kNull,
    kFlag,
    kUnsigned,
    kNegative,  // "-0" too
    kReal,
    kText,
    kWord,  // a mistake: no JSON (mistakes.h)
  };
  Kind kind = Kind::kNull;
  bool flag = false;
  std::uint64_t whole = 0;
  std::int64_t negative = 0;
  std::string_view text = {};  // of a real number its digits
};

// Sets the field of `message`, or adds to it if it is repeated; false if that is not what the field
// takes. Numbers may stand in quotes, as protobuf's mapping has it; NaN and infinities must.
bool SetField(const JsonScalar& value, const google::protobuf::FieldDescriptor& field,
              google::protobuf::Message& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_SCALAR_H_
