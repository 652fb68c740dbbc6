// What is wrong with a value of JSON, for people: "1.5; must be a whole number from 0 to
// 4294967295".
#ifndef ADVANTAGED_SERVER_JSON_VALUE_ERROR_H_
#define ADVANTAGED_SERVER_JSON_VALUE_ERROR_H_

#include <string>
#include <string_view>

#include "server/json/scalar.h"

namespace advantaged {

// The value as it was written, as far as it can be told.
std::string Show(const JsonScalar& value);

// Of `given` where the field should be; `entry`: where an entry of it should be.
std::string TypeError(std::string_view given, const google::protobuf::FieldDescriptor& field,
                      bool entry);

// Of a value that SetField does not take, and what to write instead where that is known.
std::string ValueError(const JsonScalar& value, const google::protobuf::FieldDescriptor& field);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_VALUE_ERROR_H_
