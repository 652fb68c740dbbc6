#include "server/unknown_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;
using google::protobuf::UnknownFieldSet;

// Listed at most; a message may have millions.
constexpr std::size_t kMaxListed = 32;
// The numbers that every message of the contract reserves for what may be ignored.
constexpr int kFirstIgnored = 500;
constexpr int kLastIgnored = 599;

void Add(const UnknownFieldSet& fields, const std::string& message,
         std::vector<UnknownField>& found) {
  for (int i = 0; i < fields.field_count() && found.size() < kMaxListed; ++i) {
    const int number = fields.field(i).number();
    if (number >= kFirstIgnored && number <= kLastIgnored) continue;
    const UnknownField field{message, static_cast<std::uint32_t>(number)};
    if (std::ranges::find(found, field) == found.end()) found.push_back(field);
  }
}

// Where messages of a type have other messages. Not in maps: their entries are a key and a value,
// and parsing drops everything else.
struct Places {
  std::vector<const FieldDescriptor*> fields;  // outside of oneofs
  std::vector<const OneofDescriptor*> choices;
};

Places Find(const Descriptor& type) {
  Places places;
  for (int i = 0; i < type.real_oneof_decl_count(); ++i)
    places.choices.push_back(type.oneof_decl(i));
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const bool message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map();
    if (message && field->real_containing_oneof() == nullptr) places.fields.push_back(field);
  }
  return places;
}

// Found once: most messages have dozens of fields and few places, and every call is looked at.
const Places& PlacesOf(const Descriptor& type) {
  thread_local std::unordered_map<const Descriptor*, Places> known;
  const auto found = known.find(&type);
  return found != known.end() ? found->second : known.emplace(&type, Find(type)).first->second;
}

void Take(Message& message, std::vector<UnknownField>& found) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) {
    UnknownFieldSet taken;
    taken.Swap(reflection.MutableUnknownFields(&message));
    Add(taken, type.full_name(), found);
  }
  const Places& places = PlacesOf(type);
  for (const FieldDescriptor* field : places.fields) {
    if (!field->is_repeated()) {
      if (reflection.HasField(message, field)) {
        Take(*reflection.MutableMessage(&message, field), found);
      }
      continue;
    }
    const int size = reflection.FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      Take(*reflection.MutableRepeatedMessage(&message, field, i), found);
    }
  }
  for (const OneofDescriptor* choice : places.choices) {
    const FieldDescriptor* field = reflection.GetOneofFieldDescriptor(message, choice);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Take(*reflection.MutableMessage(&message, field), found);
    }
  }
}

std::string Describe(const std::vector<UnknownField>& fields) {
  std::string text;
  for (const UnknownField& field : fields) {
    Append(text, Concat(text.empty() ? "field " : ", field ", field.number, " of ", field.message));
  }
  return text;
}

}  // namespace

CallStatus TakeUnknownFields(Message& request) {
  std::vector<UnknownField> found;
  Take(request, found);
  if (found.empty()) return {};
  std::string message =
      Concat("this server, version ", ADVANTAGED_VERSION, ", does not know ", Describe(found),
             ": update the server, or leave out what they ask for");
  return {.code = CallStatus::kUnimplemented,
          .message = std::move(message),
          .unknown_fields = std::move(found)};
}

}  // namespace advantaged
