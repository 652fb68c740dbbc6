// What `advctl describe` prints.
#ifndef ADVANTAGED_CLI_DESCRIBE_DESCRIPTION_H_
#define ADVANTAGED_CLI_DESCRIBE_DESCRIPTION_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace advantaged::v1 {
class DescribeMethodResponse;
}

namespace advantaged::cli {

// For people: name and equation, the surrogate, its picture, the table over c if it is short, and
// the curve at a few points. At most 100 characters wide.
std::string DescriptionAsText(const v1::DescribeMethodResponse& description);

// `columns`, a DescribedTable or a DescribedCurve, as CSV: a column for each array that is not
// empty, under its name. Every number is the shortest text that reads back as the same bits.
std::string ColumnsAsCsv(const google::protobuf::Message& columns);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_DESCRIBE_DESCRIPTION_H_
