#include <vector>

#include "advantaged/v1/describe.pb.h"
#include "base/text.h"
#include "cli/describe/description.h"

namespace advantaged::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void AppendNumber(const Message& columns, const FieldDescriptor& column, int row,
                  std::string& text) {
  const auto& reflection = *columns.GetReflection();
  switch (column.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return Append(text, reflection.GetRepeatedUInt32(columns, &column, row));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Append(text, reflection.GetRepeatedFloat(columns, &column, row));
    default:
      return Append(text, reflection.GetRepeatedDouble(columns, &column, row));
  }
}

}  // namespace

std::string ColumnsAsCsv(const Message& columns) {
  std::vector<const FieldDescriptor*> fields;
  std::string text;
  int rows = 0;
  for (int i = 0; i < columns.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = columns.GetDescriptor()->field(i);
    if (!field->is_repeated()) continue;
    const int size = columns.GetReflection()->FieldSize(columns, field);
    if (size == 0) continue;
    rows = size;
    Append(text, Concat(fields.empty() ? "" : ",", field->name()));
    fields.push_back(field);
  }
  text += '\n';
  for (int row = 0; row < rows; ++row) {
    for (const FieldDescriptor* field : fields) {
      if (field != fields.front()) text += ',';
      AppendNumber(columns, *field, row, text);
    }
    text += '\n';
  }
  return text;
}

}  // namespace advantaged::cli
