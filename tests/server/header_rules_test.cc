// Which targets name a path here, and who takes gzip.
#include "server/http/header_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace advantaged::http {
namespace {

using boost::beast::http::field;

TEST(HeaderRules, TargetsAsPathAndQuery) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"/livez", "/livez"},
      {"/a?b=http://c", "/a?b=http://c"},
      {"http://host/livez?x", "/livez?x"},
      {"HTTP://[::1]:9464/livez", "/livez"},
      {"http://host:9464", "/"},
      {"http://host:?x", "/?x"},
      {"*", "*"}};
  for (const auto& [target, path] : cases) EXPECT_EQ(OriginForm(target), path) << target;
}

TEST(HeaderRules, OtherTargetsAreNone) {
  for (const char* target :
       {"", "livez", "host:9464", "https://host/livez", "http://", "http:///x", "http://:80/x",
        "http://user@host/x", "http://[::1/x", "http://a:b/x"}) {
    EXPECT_EQ(OriginForm(target), std::nullopt) << target;
  }
}

bool Accepts(const std::vector<std::string>& values) {
  RequestHeader header;
  for (const std::string& value : values) header.insert(field::accept_encoding, value);
  return AcceptsGzip(header);
}

TEST(HeaderRules, GzipIfTheClientTakesIt) {
  EXPECT_TRUE(Accepts({"gzip"}));
  EXPECT_TRUE(Accepts({"deflate, GZip;q=0.5"}));
  EXPECT_TRUE(Accepts({"identity", "gzip"}));
  EXPECT_TRUE(Accepts({"*"}));
  EXPECT_FALSE(Accepts({}));
  EXPECT_FALSE(Accepts({""}));
  EXPECT_FALSE(Accepts({"identity"}));
  EXPECT_FALSE(Accepts({"gzip;q=0"}));
  EXPECT_FALSE(Accepts({"*, gzip;q=0.000"}));
}

}  // namespace
}  // namespace advantaged::http
