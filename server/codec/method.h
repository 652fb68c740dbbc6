// Method specs between the wire and the core, by reflection: the field of the oneof is the method's
// name, the fields of its message are its parameters. So a new method needs no line here;
// tests/server checks that every method of the table has its message and the other way round.
#ifndef ADVANTAGED_SERVER_CODEC_METHOD_H_
#define ADVANTAGED_SERVER_CODEC_METHOD_H_

#include <string_view>

#include "advantaged/advantaged.h"
#include "advantaged/v1/method.pb.h"

namespace advantaged {

// The name of the method that is set, or "".
std::string_view MethodName(const v1::MethodSpec& message);

// Fields that are not set are left out; an enum value that is not known becomes its number as text,
// which the core refuses with the list of what is allowed. No method set: an empty name, which the
// core refuses too.
MethodSpec DecodeMethod(const v1::MethodSpec& message);

// `spec` must have been resolved: its names and types are then those of the messages.
void EncodeMethod(const MethodSpec& spec, v1::MethodSpec& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_METHOD_H_
