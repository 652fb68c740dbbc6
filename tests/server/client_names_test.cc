// Which names of a client's certificate a list allows.
#include "server/tls/client_names.h"

#include <gtest/gtest.h>

#include <array>

namespace advantaged {
namespace {

TEST(ClientNames, WhatAListMayHold) {
  for (const char* good :
       {"a", "a.example", "*.example", "A_b-3.Example", "spiffe://c/ns/a/sa/b"}) {
    EXPECT_EQ(CheckNamePattern(good), "") << good;
  }
  for (const char* bad :
       {"", "*", "*.", "a*", "a.*.example", "**.example", ".example", "a b", "é"}) {
    EXPECT_NE(CheckNamePattern(bad), "") << bad;
  }
}

TEST(ClientNames, DnsNamesWhateverTheirCase) {
  EXPECT_TRUE(Matches("a.Example", "A.example"));
  EXPECT_FALSE(Matches("a.example", "a.example.org"));
  EXPECT_FALSE(Matches("a.example", "b.a.example"));
  EXPECT_FALSE(Matches("a.example", ""));
}

TEST(ClientNames, AWildcardIsExactlyOneLabel) {
  EXPECT_TRUE(Matches("*.example", "a.EXAMPLE"));
  EXPECT_FALSE(Matches("*.example", "example"));
  EXPECT_FALSE(Matches("*.example", ".example"));
  EXPECT_FALSE(Matches("*.example", "a.b.example"));
  EXPECT_FALSE(Matches("*.example", "aexample"));
}

TEST(ClientNames, WildcardsOfTheCertificateMeanNothing) {
  EXPECT_FALSE(Matches("*.example", "*.example"));
  EXPECT_FALSE(Matches("a.example", "*.example"));
}

TEST(ClientNames, UrisByteForByte) {
  EXPECT_TRUE(Matches("spiffe://c/ns/a", "spiffe://c/ns/a"));
  EXPECT_FALSE(Matches("spiffe://c/ns/a", "spiffe://c/ns/A"));
  EXPECT_FALSE(Matches("spiffe://c/ns/a", "spiffe://c/ns/a/b"));
}

TEST(ClientNames, OneOfTheNamesIsEnough) {
  const std::array<std::string, 2> patterns = {"a", "*.b"};
  EXPECT_TRUE(AnyMatches(patterns, std::array<std::string, 2>{"x", "y.b"}));
  EXPECT_FALSE(AnyMatches(patterns, std::array<std::string, 2>{"x", "y"}));
  EXPECT_FALSE(AnyMatches(patterns, {}));
}

}  // namespace
}  // namespace advantaged
