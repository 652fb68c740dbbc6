// The page of metrics: who shares a rendering with whom, and how often there is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <semaphore>
#include <string>
#include <vector>

#include "server/metrics/page.h"

namespace advantaged {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::Not;
using testing::Pair;

// A page whose renderings, "1", "2" and so on, begin and end when the test says so.
class Page {
 public:
  std::future<http::Response> Ask(bool gzip = false) {
    auto answer = std::make_shared<std::promise<http::Response>>();
    route_.handle({.path = "/metrics", .accepts_gzip = gzip},
                  [answer](http::Response response) { answer->set_value(std::move(response)); });
    return answer->get_future();
  }
  void WaitForBegin() { begun_.acquire(); }
  void LetEnd() { may_end_.release(); }
  void Close() { page_.Close(); }

 private:
  std::string Render() {
    begun_.release();
    may_end_.acquire();
    return std::to_string(++renderings_);
  }

  std::counting_semaphore<> begun_{0};
  std::counting_semaphore<> may_end_{0};
  int renderings_ = 0;
  MetricsPage page_{[this] { return Render(); }};
  http::Route route_ = page_.MakeRoute();
};

TEST(MetricsPage, ReadersThatComeWhileOneIsMadeShareTheNext) {
  Page page;
  auto first = page.Ask();
  page.WaitForBegin();
  std::vector<std::future<http::Response>> later;
  for (int i = 0; i < 100; ++i) later.push_back(page.Ask());
  page.LetEnd();
  page.LetEnd();
  EXPECT_EQ(first.get().body.view(), "1");
  const http::Response second = later.front().get();
  EXPECT_EQ(second.body.view(), "2");
  for (std::size_t i = 1; i < later.size(); ++i) {
    EXPECT_EQ(later[i].get().body.view().data(), second.body.view().data()) << "not shared";
  }
}

TEST(MetricsPage, IsCompressedForThoseWhoTakeIt) {
  Page page;
  page.LetEnd();
  page.LetEnd();
  auto plain = page.Ask().get();
  EXPECT_THAT(plain.fields, Not(Contains(Pair("Content-Encoding", testing::_))));
  EXPECT_THAT(plain.fields, Contains(Pair("Vary", "Accept-Encoding")));
  auto zipped = page.Ask(true).get();
  EXPECT_THAT(zipped.fields, Contains(Pair("Content-Encoding", "gzip")));
  EXPECT_THAT(zipped.fields, Contains(Pair("Vary", "Accept-Encoding")));
  EXPECT_TRUE(zipped.body.view().starts_with("\x1F\x8B"));
}

TEST(MetricsPage, RestsNineTimesAsLongAsItWorkedAndASecondAtMost) {
  EXPECT_EQ(RestAfter(milliseconds(10)), milliseconds(90));
  EXPECT_EQ(RestAfter(milliseconds(111)), milliseconds(999));
  EXPECT_EQ(RestAfter(seconds(5)), seconds(1));
}

TEST(MetricsPage, FailedRenderingIsAnAnswerAndNotTheLast) {
  std::atomic<bool> fails = true;
  MetricsPage page([&]() -> std::string {
    if (fails.exchange(false)) throw std::bad_alloc();
    return "page";
  });
  const http::Route route = page.MakeRoute();
  const auto ask = [&] {
    std::promise<http::Response> answer;
    route.handle({.path = "/metrics"},
                 [&](http::Response response) { answer.set_value(std::move(response)); });
    return answer.get_future().get();
  };
  EXPECT_EQ(ask().code, http::status::service_unavailable);
  EXPECT_EQ(ask().body.view(), "page");
}

TEST(MetricsPage, WhoWaitsWhenItClosesIsLetGo) {
  Page page;
  auto first = page.Ask();
  page.WaitForBegin();
  auto second = page.Ask();
  page.LetEnd();
  page.Close();
  EXPECT_EQ(first.get().body.view(), "1");
  EXPECT_THROW(second.get(), std::future_error);
  EXPECT_THROW(page.Ask().get(), std::future_error);
}

}  // namespace
}  // namespace advantaged
