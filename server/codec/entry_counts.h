// How many entries the fields of a request have, counted before they are kept: an entry of two
// bytes may take a hundred in memory.
#ifndef ADVANTAGED_SERVER_CODEC_ENTRY_COUNTS_H_
#define ADVANTAGED_SERVER_CODEC_ENTRY_COUNTS_H_

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace advantaged {

// The most entries that a field may have, in all messages of a request together. Lists of numbers
// of four bytes, one for each response, have no limit but the request's: in memory they are as
// large as in bytes.
inline constexpr std::size_t kMaxEntries = std::size_t{1} << 12;
inline constexpr std::size_t kMaxDoubles = std::size_t{1} << 17;

inline std::size_t MaxEntries(const google::protobuf::FieldDescriptor& field) {
  using Field = google::protobuf::FieldDescriptor;
  if (field.cpp_type() == Field::CPPTYPE_FLOAT || field.type() == Field::TYPE_FIXED32) {
    return std::numeric_limits<std::size_t>::max();
  }
  return field.cpp_type() == Field::CPPTYPE_DOUBLE ? kMaxDoubles : kMaxEntries;
}

// What is wrong with a field that has more.
inline std::string TooManyEntries(const google::protobuf::FieldDescriptor& field) {
  return Concat("has more than ", MaxEntries(field), " entries, the most that a request may have");
}

class EntryCounts {
 public:
  // False if the field has too many with these.
  bool Add(const google::protobuf::FieldDescriptor& field, std::size_t entries) {
    std::size_t& count = CountOf(field);
    count += entries;
    return count <= MaxEntries(field);
  }

 private:
  // Few of a request's fields are counted.
  std::size_t& CountOf(const google::protobuf::FieldDescriptor& field) {
    for (auto& [known, count] : counts_) {
      if (known == &field) return count;
    }
    return counts_.emplace_back(&field, 0).second;
  }

  std::vector<std::pair<const google::protobuf::FieldDescriptor*, std::size_t>> counts_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_ENTRY_COUNTS_H_
