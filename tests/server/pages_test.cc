// The probes over HTTP: each says no for its own reason and no other.
#include "server/pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "server/probes.h"

namespace advantaged {
namespace {

using http::Response;
using http::status;

class PagesTest : public testing::Test {
 protected:
  PagesTest() {
    probes_.started = true;
    probes_.ready = true;
  }
  // What each probe answers: its code, and what it says.
  std::string Ask() {
    std::string answers;
    for (const char* path : {"/startupz", "/readyz", "/livez"}) {
      const auto route = std::ranges::find(pages_, path, &http::Route::path);
      route->handle({.method = route->method, .path = path}, [&](const Response& response) {
        answers += std::to_string(static_cast<int>(response.code)) + ' ' +
                   std::string(response.body.view());
      });
    }
    return answers;
  }

  Probes probes_;

 private:
  const std::vector<http::Route> pages_ = MakePages(probes_, 1024);
};

TEST_F(PagesTest, EveryProbeSaysYes) { EXPECT_EQ(Ask(), "200 started\n200 ready\n200 alive\n"); }

TEST_F(PagesTest, NotStarted) {
  probes_.started = false;
  EXPECT_EQ(Ask(), "503 not started\n200 ready\n200 alive\n");
}

TEST_F(PagesTest, NotReady) {
  probes_.ready = false;
  EXPECT_EQ(Ask(), "200 started\n503 not ready: starting or shutting down\n200 alive\n");
}

TEST_F(PagesTest, Stuck) {
  probes_.alive = [] { return false; };
  EXPECT_EQ(Ask(), "200 started\n200 ready\n503 stuck\n");
}

}  // namespace
}  // namespace advantaged
