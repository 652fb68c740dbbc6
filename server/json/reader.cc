#include "server/json/reader.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <utility>

#include "base/names.h"
#include "base/printable.h"
#include "base/text.h"
#include "server/json/mistakes.h"
#include "server/json/value_error.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Kind = JsonScalar::Kind;

// Of what is not read. What is read is as deep as the contract.
constexpr std::size_t kMaxDepth = 100;

constexpr char kRootWanted[] =
    R"(the request must be an object, in braces, e.g. {"method": {"grpo": {}}, "rewards": [1, 0], "group_size": 2})";

constexpr char kFlatRewards[] =
    R"(; all rewards are one flat list, and their groups stand beside it: {"rewards": [1, 0, 0, 1], )"
    R"("group_size": 2}, or "group_sizes": [2, 2] where they differ)";

// By the name of the contract or the one in lowerCamel.
const FieldDescriptor* FindField(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

std::string UnknownName(const Descriptor& type, std::string_view name) {
  std::vector<std::string_view> known;
  for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
  return Concat("is not a field of the request", Suggestion(name, known));
}

// The field of the same oneof that is set already, or null.
const FieldDescriptor* SetBeside(const FieldDescriptor& field, const Message& message) {
  const auto* oneof = field.real_containing_oneof();
  return oneof == nullptr ? nullptr
                          : message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
}

std::string Inside(std::string_view path, std::string_view name) {
  return Concat(path, path.empty() ? "" : ".", name);
}

// "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while …"
std::string SyntaxError(std::string_view what) {
  for (const std::string_view before : {"] ", "parse error at "}) {
    const std::size_t found = what.find(before);
    if (found != std::string_view::npos) what.remove_prefix(found + before.size());
  }
  return Concat("not JSON: ", Printable(what));
}

}  // namespace

std::string JsonReader::OuterPath() const {
  std::string path;
  for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
    const Level& level = levels_[i];
    if (level.shape == Shape::kList) {
      path = At(path, level.index);
    } else {
      path = Inside(path, level.field->name());
    }
  }
  return path;
}

std::string JsonReader::FieldPath() const {
  std::string path;
  for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
    if (levels_[i].shape != Shape::kList) path = Inside(path, levels_[i].field->name());
  }
  return path;
}

std::string JsonReader::Path() const {
  if (levels_.empty()) return "";
  const Level& level = levels_.back();
  const std::string outer = OuterPath();
  if (level.shape == Shape::kList) return At(outer, level.index);
  if (level.shape == Shape::kMap) return Concat(outer, "[", Printable(level.name), "]");
  return level.field == nullptr ? outer : Inside(outer, level.field->name());
}

std::string JsonReader::NamePath() const { return Inside(OuterPath(), levels_.back().name); }

template <typename Describe>
void JsonReader::Add(std::string (JsonReader::*path)() const, const Describe& describe) {
  violations_.Add([&] { return (this->*path)(); }, describe);
}

bool JsonReader::Count() {
  const FieldDescriptor& field = *levels_.back().field;
  if (counts_.Add(field, 1)) return true;
  Add(&JsonReader::FieldPath, [&] { return TooManyEntries(field); });
  has_ended_ = true;
  return false;
}

void JsonReader::Next() {
  if (skipped_ == 0 && !levels_.empty() && ExpectsEntry()) ++levels_.back().index;
}

bool JsonReader::Value(const JsonScalar& value) {
  if (IsRoot()) {
    violations_.Add("", kRootWanted);
  } else if (!Skips()) {
    if (ExpectsEntry() && !Count()) return false;
    Put(value);
  }
  Next();
  return true;
}

void JsonReader::Put(const JsonScalar& value) {
  Level& level = levels_.back();
  if (level.shape == Shape::kMap) return PutInMap(value);
  const FieldDescriptor& field = *level.field;
  // Of a field, unlike an entry of a list, null says that it is not given.
  if (value.kind == Kind::kNull && level.shape == Shape::kObject) return;
  if (field.is_repeated() && level.shape == Shape::kObject) {
    return Add(&JsonReader::Path, [&] { return TypeError(Show(value), field, false); });
  }
  if (!SetField(value, field, *level.message)) {
    Add(&JsonReader::Path, [&] { return ValueError(value, field); });
  }
}

void JsonReader::PutInMap(const JsonScalar& value) {
  Level& level = levels_.back();
  Message& pair = *level.message->GetReflection()->AddMessage(level.message, level.field);
  const Descriptor& type = *level.field->message_type();
  pair.GetReflection()->SetString(&pair, type.map_key(), level.name);
  if (!SetField(value, *type.map_value(), pair)) {
    Add(&JsonReader::Path, [&] { return ValueError(value, *type.map_value()); });
  }
}

bool JsonReader::null() { return Value({.kind = Kind::kNull}); }

bool JsonReader::boolean(bool value) { return Value({.kind = Kind::kFlag, .flag = value}); }

bool JsonReader::number_integer(std::int64_t value) {
  return Value({.kind = Kind::kNegative, .negative = value});
}

bool JsonReader::number_unsigned(std::uint64_t value) {
  return Value({.kind = Kind::kUnsigned, .whole = value});
}

bool JsonReader::number_float(double /*value*/, const std::string& digits) {
  return Value({.kind = Kind::kReal, .text = digits});
}

bool JsonReader::string(std::string& value) {
  if (!value.starts_with(kMistake)) return Value({.kind = Kind::kText, .text = value});
  const std::string_view word = std::string_view(value).substr(kMistake.size());
  if (word != kTrailingComma) return Value({.kind = Kind::kWord, .text = word});
  if (skipped_ == 0) {
    Add(&JsonReader::OuterPath, [] { return "a comma behind the last entry; leave it out"; });
  }
  Next();
  return true;
}

bool JsonReader::binary(nlohmann::json::binary_t& /*value*/) { return false; }  // JSON has none

bool JsonReader::Skip() {
  if (++skipped_ <= kMaxDepth) return true;
  Add(&JsonReader::Path,
      [] { return Concat("is nested in more than ", kMaxDepth, " lists or objects"); });
  has_ended_ = true;
  return false;
}

bool JsonReader::BeginRoot(bool list) {
  if (!list) {
    levels_.push_back({.shape = Shape::kObject, .message = &root_, .field = nullptr});
    return true;
  }
  violations_.Add("", kRootWanted);
  return Skip();
}

bool JsonReader::Begin(bool list) {
  if (IsRoot()) return BeginRoot(list);
  if (Skips()) return Skip();
  Level& level = levels_.back();
  Message& message = *level.message;
  const FieldDescriptor& field = *level.field;
  if (ExpectsEntry() && !Count()) return false;
  const bool entry = level.shape != Shape::kObject;
  if (list && field.is_repeated() && !field.is_map() && !entry) {
    levels_.push_back({.shape = Shape::kList, .message = &message, .field = &field});
    return true;
  }
  if (!list && field.is_map() && !entry) {
    levels_.push_back({.shape = Shape::kMap, .message = &message, .field = &field});
    return true;
  }
  if (!list && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_map() &&
      field.is_repeated() == entry) {
    Message* inner = entry ? message.GetReflection()->AddMessage(&message, &field)
                           : message.GetReflection()->MutableMessage(&message, &field);
    levels_.push_back({.shape = Shape::kObject, .message = inner, .field = nullptr});
    return true;
  }
  Add(&JsonReader::Path, [&] {
    const FieldDescriptor& wanted =
        level.shape == Shape::kMap ? *field.message_type()->map_value() : field;
    std::string text = TypeError(list ? "a list" : "an object", wanted, entry);
    return list && entry && field.name() == "rewards" ? text.append(kFlatRewards) : text;
  });
  return Skip();
}

bool JsonReader::End() {
  if (skipped_ > 0) {
    --skipped_;
  } else {
    levels_.pop_back();
  }
  Next();
  return true;
}

bool JsonReader::start_object(std::size_t /*size*/) { return Begin(false); }
bool JsonReader::end_object() { return End(); }
bool JsonReader::start_array(std::size_t /*size*/) { return Begin(true); }
bool JsonReader::end_array() { return End(); }

bool JsonReader::key(std::string& name) {
  if (skipped_ > 0) return true;
  Level& level = levels_.back();
  if (level.shape == Shape::kMap) return KeyOfMap(level, name);
  level.field = nullptr;
  KeyOfObject(level, name);
  return true;
}

void JsonReader::KeyOfObject(Level& level, const std::string& name) {
  if (name.starts_with(kMistake)) return Mistaken(name);
  const Descriptor& type = *level.message->GetDescriptor();
  const FieldDescriptor* field = FindField(type, name);
  level.name = field != nullptr ? field->name() : Printable(name);
  if (field == nullptr) {
    Add(&JsonReader::NamePath, [&] { return UnknownName(type, level.name); });
  } else if (!level.given.insert(level.name).second) {
    Add(&JsonReader::NamePath, [] { return "is given twice"; });
  } else if (const FieldDescriptor* other = SetBeside(*field, *level.message)) {
    Add(&JsonReader::OuterPath, [&] {
      return Concat("has both ", other->name(), " and ", field->name(), "; only one may be set");
    });
  } else {
    level.field = field;
  }
}

bool JsonReader::KeyOfMap(Level& level, const std::string& name) {
  level.name = name;
  if (name.starts_with(kMistake)) {
    Mistaken(name);
  } else if (!level.given.insert(name).second) {
    Add(&JsonReader::Path, [] { return "is given twice"; });
  }
  return Count();  // what is wrong is kept with its value, too
}

void JsonReader::Mistaken(std::string_view name) {
  name.remove_prefix(kMistake.size());
  levels_.back().name = Printable(name);
  if (name == kTrailingComma) {
    Add(&JsonReader::OuterPath, [] { return "a comma behind the last field; leave it out"; });
  } else {
    Add(&JsonReader::NamePath, [] { return "a name without quotes"; });
  }
}

bool JsonReader::parse_error(std::size_t /*position*/, const std::string& /*token*/,
                             const nlohmann::json::exception& error) {
  Add(&JsonReader::Path, [&] { return SyntaxError(error.what()); });
  return false;
}

}  // namespace advantaged
