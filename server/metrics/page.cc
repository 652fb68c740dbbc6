#include "server/metrics/page.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <utility>

#include "server/http/gzip.h"

namespace advantaged {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Of this thread: what it waits for on a busy machine is no work of its own.
nanoseconds ProcessorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

}  // namespace

nanoseconds RestAfter(nanoseconds worked) { return std::min<nanoseconds>(9 * worked, seconds(1)); }

MetricsPage::MetricsPage(std::function<std::string()> render)
    : render_(std::move(render)), thread_([this](const std::stop_token& stop) { Serve(stop); }) {}

http::Route MetricsPage::MakeRoute() {
  return {.path = "/metrics", .handle = [this](http::Request request, http::Reply reply) {
            const std::lock_guard lock(mutex_);
            if (closed_) return;
            readers_.push_back({request.accepts_gzip, std::move(reply)});
            asked_.notify_one();
          }};
}

void MetricsPage::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  readers_.clear();
}

void MetricsPage::Serve(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (asked_.wait(lock, stop, [this] { return !readers_.empty(); })) {
    std::vector<Reader> readers = std::exchange(readers_, {});
    lock.unlock();
    const nanoseconds start = ProcessorTime();
    Answer(std::move(readers));
    const auto end = std::chrono::steady_clock::now();
    lock.lock();
    asked_.wait_until(lock, stop, end + RestAfter(ProcessorTime() - start), [] { return false; });
    if (stop.stop_requested()) return;
  }
}

void MetricsPage::Answer(std::vector<Reader> readers) const {
  http::Response plain{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                       .fields = {{"Vary", "Accept-Encoding"}}};
  http::Response zipped = plain;
  zipped.fields.emplace_back("Content-Encoding", "gzip");
  try {
    std::string text = render_();
    if (std::ranges::any_of(readers, &Reader::gzip)) zipped.body = http::Gzip(text);
    plain.body = std::move(text);
  } catch (const std::exception& error) {
    // Out of memory: the next scrape may find some.
    plain = {.code = http::status::service_unavailable, .body = std::string(error.what()) + '\n'};
    zipped = plain;
  }
  for (const Reader& reader : readers) reader.reply(reader.gzip ? zipped : plain);
}

}  // namespace advantaged
