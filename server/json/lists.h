// Lists of numbers as JSON. protobuf's printer takes hundreds of bytes of memory for each number,
// and ten times as long.
#ifndef ADVANTAGED_SERVER_JSON_LISTS_H_
#define ADVANTAGED_SERVER_JSON_LISTS_H_

#include <string>
#include <vector>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace advantaged {

class JsonLists {
 public:
  // Takes all lists of numbers and of choices out of the message and of those in it.
  explicit JsonLists(google::protobuf::Message& message) { Take(message); }

  // Puts them where the JSON of what was left has empty ones. A number has the shortest text that
  // reads back as the same one of its type, also -0.
  std::string PutInto(const std::string& json) const;

 private:
  // In the order of printing, empty ones too.
  struct List {
    std::string name;
    std::string entries;
  };

  void Take(google::protobuf::Message& message);

  std::vector<List> lists_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_LISTS_H_
