#include "server/codec/wire_scan.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "server/codec/entry_counts.h"
#include "server/codec/wire_cursor.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

// Listed at most; a message may have millions.
constexpr std::size_t kMaxUnknownListed = 32;
// The numbers that every message of the contract reserves for what may be ignored.
constexpr std::uint32_t kFirstIgnored = 500;
constexpr std::uint32_t kLastIgnored = 599;
// As protobuf has it.
constexpr unsigned kMaxTagBytes = 5;
constexpr unsigned kMaxNumberBytes = 10;
constexpr unsigned kMaxGroupDepth = 100;

WireFormatLite::WireType WireTypeOf(const FieldDescriptor& field) {
  return WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(field.type()));
}

// Functions return false where the scan ends: at a mistake, or with `scan.too_many`.
class Scanner {
 public:
  Scanner(google::protobuf::io::ZeroCopyInputStream& bytes, WireScan& scan)
      : cursor_(bytes), scan_(scan) {}

  // A message and the field that it stands in, none for the request itself.
  struct Place {
    const Descriptor& type;
    const FieldDescriptor* field = nullptr;
    const Place* outside = nullptr;
  };

  // A message up to the position `end`.
  bool Message(const Place& place, std::uint64_t end) {
    while (cursor_.position() < end) {
      std::uint64_t tag = 0;
      if (!cursor_.Varint(kMaxTagBytes, tag)) return false;
      const auto number = static_cast<std::uint32_t>(tag) >> 3;
      const auto wire_type = static_cast<WireFormatLite::WireType>(tag & 7U);
      const FieldDescriptor* field = place.type.FindFieldByNumber(static_cast<int>(number));
      const bool fits = field != nullptr && (wire_type == WireTypeOf(*field) ||
                                             (field->is_packable() && IsLong(wire_type)));
      if (!(fits ? Known(place, *field, wire_type, end) : Unknown(place, number, wire_type, end))) {
        return false;
      }
    }
    return cursor_.position() == end;
  }

 private:
  static bool IsLong(WireFormatLite::WireType type) {
    return type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
  }

  bool Known(const Place& place, const FieldDescriptor& field, WireFormatLite::WireType wire_type,
             std::uint64_t end) {
    const WireFormatLite::WireType each = WireTypeOf(field);
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    std::uint64_t size = 0;
    if (IsLong(wire_type) && !Length(size, end)) return false;
    std::size_t entries = 1;
    if (IsLong(wire_type) && each == WireFormatLite::WIRETYPE_VARINT) {
      entries = 0;
      if (!cursor_.CountVarints(size, entries)) return false;
    } else if (wire_type == WireFormatLite::WIRETYPE_VARINT) {
      if (!cursor_.Varint(kMaxNumberBytes, size)) return false;
    } else if (!is_message || field.is_map()) {
      // What a map's entry has besides key and value is dropped by the parser.
      const std::uint64_t width = each == WireFormatLite::WIRETYPE_FIXED64 ? 8 : 4;
      if (!IsLong(wire_type)) size = width;
      if (!IsLong(each)) entries = size / width;
      if (!cursor_.Skip(size)) return false;
    }
    // Messages that are not in a list are merged, one after the other.
    if ((field.is_repeated() || is_message) && !counts_.Add(field, entries)) {
      scan_.too_many = {Concat(Path(place), field.name()), TooManyEntries(field), {}};
      return false;
    }
    if (!is_message || field.is_map()) return true;
    return Message({*field.message_type(), &field, &place}, cursor_.position() + size);
  }

  bool Unknown(const Place& place, std::uint32_t number, WireFormatLite::WireType wire_type,
               std::uint64_t end) {
    const bool ignored = number >= kFirstIgnored && number <= kLastIgnored;
    if (ignored) {
      scan_.has_ignored = true;
    } else {
      List(place.type, number);
    }
    if (!SkipUnknown(number, wire_type, end, ignored, 0)) return false;
    if (ignored_ <= kMaxEntries) return true;
    scan_.too_many = {Concat(Path(place), number),
                      Concat("is beyond ", kMaxEntries, " fields that this server does not know"),
                      {}};
    return false;
  }

  void List(const Descriptor& type, std::uint32_t number) {
    if (scan_.unknown.size() == kMaxUnknownListed) return;
    const auto same = [&](const UnknownField& field) {
      return field.number == number && field.message == type.full_name();
    };
    if (std::ranges::none_of(scan_.unknown, same)) {
      scan_.unknown.push_back({type.full_name(), number});
    }
  }

  bool SkipUnknown(std::uint32_t number, WireFormatLite::WireType wire_type, std::uint64_t end,
                   bool ignored, unsigned depth) {
    if (number == 0) return false;
    // The parser would keep each.
    if (ignored && ++ignored_ > kMaxEntries) return true;
    std::uint64_t size = 0;
    switch (wire_type) {
      case WireFormatLite::WIRETYPE_VARINT:
        return cursor_.Varint(kMaxNumberBytes, size);
      case WireFormatLite::WIRETYPE_FIXED64:
        return cursor_.Skip(8);
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return Length(size, end) && cursor_.Skip(size);
      case WireFormatLite::WIRETYPE_FIXED32:
        return cursor_.Skip(4);
      case WireFormatLite::WIRETYPE_START_GROUP:
        return SkipGroup(number, end, ignored, depth + 1);
      default:
        return false;
    }
  }

  bool SkipGroup(std::uint32_t number, std::uint64_t end, bool ignored, unsigned depth) {
    if (depth > kMaxGroupDepth) return false;
    while (cursor_.position() < end) {
      std::uint64_t tag = 0;
      if (!cursor_.Varint(kMaxTagBytes, tag)) return false;
      const auto inner = static_cast<std::uint32_t>(tag) >> 3;
      const auto wire_type = static_cast<WireFormatLite::WireType>(tag & 7U);
      if (wire_type == WireFormatLite::WIRETYPE_END_GROUP) return inner == number;
      if (!SkipUnknown(inner, wire_type, end, ignored, depth)) return false;
      if (ignored_ > kMaxEntries) return true;
    }
    return false;
  }

  // Of what follows, which ends before `end`.
  bool Length(std::uint64_t& size, std::uint64_t end) {
    return cursor_.Varint(kMaxTagBytes, size) && size <= end - std::min(end, cursor_.position());
  }

  // "method.custom_table." for what is in a table.
  static std::string Path(const Place& place) {
    if (place.outside == nullptr) return "";
    return Concat(Path(*place.outside), place.field->name(), ".");
  }

  WireCursor cursor_;
  WireScan& scan_;
  EntryCounts counts_;
  std::size_t ignored_ = 0;
};

}  // namespace

WireScan ScanWire(google::protobuf::io::ZeroCopyInputStream& bytes, std::uint64_t size,
                  const Descriptor& type) {
  WireScan scan;
  scan.good = Scanner(bytes, scan).Message({type}, size);
  return scan;
}

}  // namespace advantaged
