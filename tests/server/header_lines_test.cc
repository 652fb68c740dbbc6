// Where the header of a request ends, byte by byte.
#include "server/http/header_lines.h"

#include <gtest/gtest.h>

#include <string>

namespace advantaged::http {
namespace {

using Found = HeaderLines::Found;

constexpr std::size_t kMaxBytes = 8192;

// What is found when `text` arrives at once, which is what is found when it comes byte by byte.
Found Scan(const std::string& text, std::size_t max_bytes = kMaxBytes) {
  HeaderLines whole(max_bytes);
  const Found found = whole.Scan(text);
  HeaderLines slow(max_bytes);
  for (std::size_t size = 1; size <= text.size(); ++size) {
    const Found so_far = slow.Scan(std::string_view(text).substr(0, size));
    if (so_far == Found::kMore) continue;
    EXPECT_EQ(so_far, found) << size;
    return found;
  }
  EXPECT_EQ(found, Found::kMore);
  return found;
}

TEST(HeaderLines, EndsAtAnEmptyLine) {
  const std::string text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(Scan(text.substr(0, text.size() - 1)), Found::kMore);
  EXPECT_EQ(Scan(text), Found::kWhole);
  HeaderLines lines(kMaxBytes);
  EXPECT_EQ(lines.Scan(text + "the next one"), Found::kWhole);
  EXPECT_EQ(lines.end(), text.size());
}

TEST(HeaderLines, EmptyLinesInFrontAreSkipped) {
  HeaderLines lines(kMaxBytes);
  EXPECT_EQ(lines.Scan("\r\n\r\nG"), Found::kMore);
  EXPECT_EQ(lines.Scan("\r\n\r\nGET / HTTP/1.0\r\n\r\n"), Found::kWhole);
  EXPECT_EQ(lines.start(), 4);
  EXPECT_EQ(lines.end(), 22);
}

TEST(HeaderLines, EmptyLinesAloneAreNoStart) {
  HeaderLines lines(kMaxBytes);
  lines.Scan("\r\n\r");
  EXPECT_FALSE(lines.started());
  lines.Scan("\r\n\r\nG");
  EXPECT_TRUE(lines.started());
}

TEST(HeaderLines, BareLineFeedIsAFaultAtOnce) {
  EXPECT_EQ(Scan("GET / HTTP/1.1\n"), Found::kFault);
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nHost: x\n"), Found::kFault);
}

TEST(HeaderLines, BareCarriageReturnIsAFault) {
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nA: b\rc\r\n"), Found::kFault);
}

TEST(HeaderLines, FoldedLineIsAFault) {
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), Found::kFault);
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\n\tHost: x\r\n\r\n"), Found::kFault);
}

TEST(HeaderLines, ControlCharacterIsAFaultAtOnce) {
  for (const char* text : {"\x16\x03\x01", "GET /\x7F"}) EXPECT_EQ(Scan(text), Found::kFault);
  EXPECT_EQ(Scan(std::string(1, '\0')), Found::kFault);
}

TEST(HeaderLines, WhatStandsBehindTheHeaderIsNotLookedAt) {
  HeaderLines lines(kMaxBytes);
  EXPECT_EQ(lines.Scan(std::string("GET / HTTP/1.1\r\n\r\n\0\n", 20)), Found::kWhole);
}

TEST(HeaderLines, BytesUpToTheLimit) {
  const std::string line = "GET / HTTP/1.1\r\n\r\n";
  EXPECT_EQ(Scan(line, line.size()), Found::kWhole);
  EXPECT_EQ(Scan(line, line.size() - 1), Found::kTooLarge);
  EXPECT_EQ(Scan(std::string(kMaxBytes, 'x')), Found::kTooLarge);
}

TEST(HeaderLines, FieldsUpToTheLimit) {
  std::string text = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < HeaderLines::kMaxFields; ++i) text += "a:\r\n";
  EXPECT_EQ(Scan(text + "\r\n"), Found::kWhole);
  EXPECT_EQ(Scan(text + "a:\r\n"), Found::kTooLarge);
}

}  // namespace
}  // namespace advantaged::http
