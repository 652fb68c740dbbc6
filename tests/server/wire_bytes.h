// Messages as bytes, field by field, also such as no library writes.
#ifndef ADVANTAGED_TESTS_SERVER_WIRE_BYTES_H_
#define ADVANTAGED_TESTS_SERVER_WIRE_BYTES_H_

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace advantaged {

inline std::string Varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7F) | 0x80);
  return bytes + static_cast<char>(number);
}

inline std::string Flag(int number) { return Varint(static_cast<unsigned>(number) << 3) + '\1'; }

// A field with a message, a text or a packed list.
inline std::string Long(int number, const std::string& content) {
  return Varint(static_cast<unsigned>(number) << 3 | 2) + Varint(content.size()) + content;
}

inline std::string Group(int number, const std::string& content) {
  const unsigned field = static_cast<unsigned>(number) << 3;
  return Varint(field | 3) + content + Varint(field | 4);
}

inline std::string Times(const std::string& bytes, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += bytes;
  return result;
}

// A field of a message, or of a message in it …, as found by going through the contract.
struct FieldPlace {
  std::vector<const google::protobuf::FieldDescriptor*> path;

  const google::protobuf::FieldDescriptor& field() const { return *path.back(); }
  std::string name() const {
    std::string name;
    for (const auto* part : path) name += (name.empty() ? "" : ".") + part->name();
    return name;
  }
  // The bytes of the outermost message, of those of the message that has the field.
  std::string Wrap(std::string content) const {
    for (std::size_t i = path.size() - 1; i-- > 0;) content = Long(path[i]->number(), content);
    return content;
  }
};

// Every field of the messages that one of `type` may hold; the content of maps counts as theirs.
inline void ForEachField(const google::protobuf::Descriptor& type,
                         const std::function<void(const FieldPlace&)>& look,
                         const FieldPlace& outside = {}) {
  for (int i = 0; i < type.field_count(); ++i) {
    FieldPlace place = outside;
    place.path.push_back(type.field(i));
    look(place);
    const bool inside =
        type.field(i)->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE &&
        !type.field(i)->is_map();
    if (inside) ForEachField(*type.field(i)->message_type(), look, place);
  }
}

}  // namespace advantaged

#endif  // ADVANTAGED_TESTS_SERVER_WIRE_BYTES_H_
