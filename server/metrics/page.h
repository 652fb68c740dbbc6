// /metrics: one rendering for all who wait for it, on a thread of its own.
//
// Who asks gets a rendering that began after the request arrived, so it shows whatever happened
// before. All who ask while another one is made, or while the thread rests, share the next. After
// each the thread rests nine times as long as it has worked, at most a second: readers cost a tenth
// of a core, however many there are, and a second of waiting at most.
#ifndef ADVANTAGED_SERVER_METRICS_PAGE_H_
#define ADVANTAGED_SERVER_METRICS_PAGE_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "server/http/message.h"

namespace advantaged {

// How long the thread rests after `worked`.
std::chrono::nanoseconds RestAfter(std::chrono::nanoseconds worked);

// Thread-safe.
class MetricsPage {
 public:
  // `render` makes the text, on the page's thread.
  explicit MetricsPage(std::function<std::string()> render);
  MetricsPage(const MetricsPage&) = delete;
  MetricsPage& operator=(const MetricsPage&) = delete;
  ~MetricsPage() { Close(); }

  // The object must outlive the route.
  http::Route MakeRoute();

  // Who waits or comes later has no answer. Call it while the HTTP server lives: its replies may
  // not outlive it.
  void Close();

 private:
  struct Reader {
    bool gzip;
    http::Reply reply;
  };

  void Serve(const std::stop_token& stop);
  void Answer(std::vector<Reader> readers) const;

  const std::function<std::string()> render_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::vector<Reader> readers_;
  bool closed_ = false;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_PAGE_H_
