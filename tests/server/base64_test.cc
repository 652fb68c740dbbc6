// Base64 that is read, and what is none.
#include "server/json/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace advantaged {
namespace {

using std::string_literals::operator""s;

TEST(Base64, TheExamplesOfItsSpecificationAreRead) {  // RFC 4648, section 10
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("Zg=="), "f");
  EXPECT_EQ(DecodeBase64("Zm8="), "fo");
  EXPECT_EQ(DecodeBase64("Zm9v"), "foo");
  EXPECT_EQ(DecodeBase64("Zm9vYg=="), "foob");
  EXPECT_EQ(DecodeBase64("Zm9vYmE="), "fooba");
  EXPECT_EQ(DecodeBase64("Zm9vYmFy"), "foobar");
}

TEST(Base64, PaddingMayBeMissing) {
  EXPECT_EQ(DecodeBase64("Zg"), "f");
  EXPECT_EQ(DecodeBase64("Zm8"), "fo");
}

TEST(Base64, BothAlphabetsAreRead) {
  EXPECT_EQ(DecodeBase64("+/+/AA=="), "\xFB\xFF\xBF\0"s);
  EXPECT_EQ(DecodeBase64("-_-_AA=="), "\xFB\xFF\xBF\0"s);
}

TEST(Base64, AnythingElseIsNone) {
  for (const char* text :
       {"@", "Z", "Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v==", "=",
        "==", "====", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v\xC3\xBC", "Zm9vY", "Z=g="}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

TEST(Base64, BitsBehindTheLastByteAreNone) {
  EXPECT_EQ(DecodeBase64("Zh=="), std::nullopt);
  EXPECT_EQ(DecodeBase64("Zm9="), std::nullopt);
}

}  // namespace
}  // namespace advantaged
