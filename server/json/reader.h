// JSON into a message, in one pass and without a tree. protobuf's own reader drops null in lists,
// flattens lists in lists and takes a field that is given twice; here every such thing is told.
#ifndef ADVANTAGED_SERVER_JSON_READER_H_
#define ADVANTAGED_SERVER_JSON_READER_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "advantaged/advantaged.h"
#include "server/codec/entry_counts.h"
#include "server/json/scalar.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace advantaged {

// Told what the parser finds. What is wrong with a value is a violation, and the rest is read on.
class JsonReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  // Both must outlive the parse. `message` is empty.
  JsonReader(google::protobuf::Message& message, Violations& violations)
      : root_(message), violations_(violations) {}

  // Whether the reader has ended the parse, with a violation: a field has too many entries, or the
  // text is nested too deeply.
  bool has_ended() const { return has_ended_; }

  bool null() override;
  bool boolean(bool value) override;
  bool number_integer(std::int64_t value) override;
  bool number_unsigned(std::uint64_t value) override;
  bool number_float(double value, const std::string& digits) override;
  bool string(std::string& value) override;
  bool binary(nlohmann::json::binary_t& value) override;
  bool start_object(std::size_t size) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t size) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception& error) override;

 private:
  enum class Shape { kObject, kMap, kList };

  // An object or a list that has begun.
  struct Level {
    Shape shape;
    google::protobuf::Message* message;              // the object, or whose field it is
    const google::protobuf::FieldDescriptor* field;  // of the next value; null: of none, skip it
    std::size_t index = 0;                           // of the next entry of a list
    std::string name = {};                           // of the next value of a map
    std::set<std::string, std::less<>> given = {};   // names so far
  };

  bool Value(const JsonScalar& value);
  void Put(const JsonScalar& value);
  void PutInMap(const JsonScalar& value);
  // An entry of a list, or a name of a map, is to come. False if it is one too many.
  bool Count();
  // A value has ended.
  void Next();
  bool Begin(bool list);
  bool BeginRoot(bool list);
  bool Skip();
  bool End();

  void KeyOfObject(Level& level, const std::string& name);
  bool KeyOfMap(Level& level, const std::string& name);
  // Of a name that stands behind kMistake.
  void Mistaken(std::string_view name);

  bool IsRoot() const { return levels_.empty() && skipped_ == 0; }
  bool Skips() const {
    return skipped_ > 0 || (!levels_.empty() && levels_.back().field == nullptr);
  }
  bool ExpectsEntry() const { return levels_.back().shape == Shape::kList; }
  // Of the next value, e.g. "method.surrogate.constants[a]", "stages[2].clip.low".
  std::string Path() const;
  // Of what that stands in.
  std::string OuterPath() const;
  // The same without indices: entries are counted over all of a request.
  std::string FieldPath() const;
  // Of the last name of an object.
  std::string NamePath() const;
  template <typename Describe>
  void Add(std::string (JsonReader::*path)() const, const Describe& describe);

  google::protobuf::Message& root_;
  Violations& violations_;
  EntryCounts counts_;
  std::vector<Level> levels_;
  std::size_t skipped_ = 0;  // objects and lists that have begun, of a value that is not read
  bool has_ended_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_READER_H_
