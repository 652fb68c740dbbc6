#include "client/cpp/list_value.h"

#include <map>
#include <set>
#include <vector>

#include "base/fields.h"
#include "base/names.h"
#include "base/text.h"
#include "client/cpp/list_items.h"

namespace advantaged::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// These set something from an item. They return whether it was of their form, and may say in `why`
// what is wrong with it.

bool AddNumber(const Item& item, const FieldDescriptor& field, Message& message, std::string& why) {
  if (!item.is_plain()) return false;
  const auto* reflection = message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
    const auto number = ParseWhole(item.word);
    if (number) reflection->AddUInt32(&message, &field, *number);
    if (!number) why = Concat("\"", item.word, "\" is not a whole number from 0 to 4294967295");
    return number.has_value();
  }
  const auto number = ParseReal(item.word);
  if (number) reflection->AddDouble(&message, &field, *number);
  return number.has_value();
}

bool AddPair(const Item& item, const FieldDescriptor& field, Message& message,
             std::set<std::string>& seen, std::string& why) {
  const auto number = ParseReal(item.word);
  if (item.name.empty() || item.entries || !number) return false;
  if (!seen.insert(item.name).second) {
    why = Concat(item.name, " is given twice");
    return false;
  }
  advantaged::AddPair(field, item.name, *number, message);
  return true;
}

// (value,value,(value,…)): the fields of `message` in their order.
bool SetFields(const Item& item, Message& message, std::string& why) {
  const Descriptor& type = *message.GetDescriptor();
  if (!item.is_tuple() || item.entries->size() != static_cast<std::size_t>(type.field_count())) {
    return false;
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const Item& entry = (*item.entries)[static_cast<std::size_t>(i)];
    if (!field.is_repeated()) {
      if (!entry.is_plain() || !SetScalar(field, entry.word, message).empty()) return false;
      continue;
    }
    if (!entry.is_tuple()) return false;
    for (const Item& number : *entry.entries) {
      if (!AddNumber(number, field, message, why)) return false;
    }
  }
  return true;
}

// kind, or kind(field=value,…).
bool SetOneof(const Item& item, Message& message, std::string& why) {
  const FieldDescriptor* kind = message.GetDescriptor()->FindFieldByName(item.word);
  if (!item.name.empty() || kind == nullptr) {
    why = Concat("\"", item.name.empty() ? item.word : item.name, "\" is no stage",
                 Suggestion(item.word, FieldNames(*message.GetDescriptor())));
    return false;
  }
  Message& part = *message.GetReflection()->MutableMessage(&message, kind);
  std::vector<Item> given = item.entries.value_or(std::vector<Item>());
  const bool unnamed = given.size() == 2 && given[0].name.empty() && given[1].name.empty();
  if (kind->name() == "clip" && unnamed) {
    given[0].name = "low";
    given[1].name = "high";
  }
  std::set<std::string> seen;
  const std::vector<std::string> known = FieldNames(*part.GetDescriptor());
  for (const Item& entry : given) {
    const FieldDescriptor* field = part.GetDescriptor()->FindFieldByName(entry.name);
    if (field == nullptr || entry.entries || !seen.insert(entry.name).second) {
      why = Concat(item.word, " has ", JoinNames(known), ", each as NAME=VALUE, once",
                   field == nullptr ? Suggestion(entry.name, known) : "");
      return false;
    }
    const std::string wanted = SetScalar(*field, entry.word, part);
    if (!wanted.empty()) {
      why = Concat(item.word, ": ", entry.name, "=", entry.word, " must be ", wanted);
      return false;
    }
  }
  return true;
}

// What lists of such a field are, with an example.
std::string Wanted(const FieldDescriptor& field) {
  if (field.is_map()) return "constants, as in a=0.5,b=1";
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return "whole numbers, as in 1,4,8";
  const Descriptor& type = *field.message_type();
  if (type.oneof_decl_count() > 0) return "stages, as in center,scale(ddof=1),clip(-5,5)";
  if (field.name() == "tables") {
    return "tables (n,(correct),(wrong)), as in (2,(0,1,1),(-1,-1,0)), or JSON, or @FILE with JSON";
  }
  return "triples (weight,mean,centred_squares), as in (64,0.25,12)";
}

}  // namespace

std::string SetList(const FieldDescriptor& field, const std::string& text, Message& message) {
  const auto items = ParseItems(text);
  if (!items) return Wanted(field);
  std::string why;
  std::set<std::string> seen;
  const auto add = [&](const Item& item) {
    if (field.is_map()) return AddPair(item, field, message, seen, why);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return AddNumber(item, field, message, why);
    }
    Message& entry = *message.GetReflection()->AddMessage(&message, &field);
    return field.message_type()->oneof_decl_count() > 0 ? SetOneof(item, entry, why)
                                                        : SetFields(item, entry, why);
  };
  for (const Item& item : *items) {
    if (!add(item)) return why.empty() ? Wanted(field) : Concat(Wanted(field), " (", why, ")");
  }
  return "";
}

std::string FormatList(const FieldDescriptor& field, const Message& message) {
  const auto* reflection = message.GetReflection();
  const int size = reflection->FieldSize(message, &field);
  if (!field.is_map()) return Concat("(", size, ")");
  std::map<std::string, double> sorted;
  for (int i = 0; i < size; ++i) {
    const Message& pair = reflection->GetRepeatedMessage(message, &field, i);
    sorted.emplace(pair.GetReflection()->GetString(pair, field.message_type()->map_key()),
                   pair.GetReflection()->GetDouble(pair, field.message_type()->map_value()));
  }
  std::string text;
  for (const auto& [name, value] : sorted) {
    Append(text, Concat(text.empty() ? "" : ",", name, "=", value));
  }
  return text;
}

}  // namespace advantaged::client
