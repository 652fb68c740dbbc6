#include "cli/terminal/text_table.h"

#include <gtest/gtest.h>

namespace advantaged::cli {
namespace {

TEST(TextTable, AlignsByCharactersNotBytes) {
  TextTable table;
  table.AddColumn("name", TextTable::Align::kLeft);
  table.AddColumn("n", TextTable::Align::kRight);
  table.AddRow({"é…", "1"});
  table.AddRow({"abcde", "10"});
  EXPECT_EQ(table.Format(),
            "name    n\n"
            "é…      1\n"
            "abcde  10\n");
}

TEST(TextTable, LeavesOutEmptyColumnsAndTrailingSpaces) {
  TextTable table;
  table.AddColumn("a", TextTable::Align::kLeft);
  table.AddColumn("empty", TextTable::Align::kLeft);
  table.AddColumn("b", TextTable::Align::kLeft);
  table.AddRow({"1", "", "long"});
  table.AddRow({"2", "", "x"});
  EXPECT_EQ(table.Format(), "a  b\n1  long\n2  x\n");
}

TEST(Truncated, CutsBetweenCharacters) {
  EXPECT_EQ(Truncated("short", 5), "short");
  EXPECT_EQ(Truncated("longer", 5), "long…");
  EXPECT_EQ(Truncated("ééé", 2), "é…");
}

TEST(Rounded, FourSignificantDigits) {
  EXPECT_EQ(Rounded(0.45121), "0.4512");
  EXPECT_EQ(Rounded(1), "1");
  EXPECT_EQ(Rounded(-1234567), "-1.235e+06");
}

}  // namespace
}  // namespace advantaged::cli
