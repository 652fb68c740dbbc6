#include "server/listener.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace advantaged {
namespace {

// Keeps what it is told, and lets a test wait until it has been told so many things.
class Told final : public ConnectionObserver {
 public:
  void OnOpened(Transport transport) override {
    Tell(transport == Transport::kUnix ? "opened unix" : "opened tcp");
  }
  void OnClosed(Transport transport) override {
    Tell(transport == Transport::kUnix ? "closed unix" : "closed tcp");
  }
  void OnRefused() override { Tell("refused"); }
  void OnShutDown(Closure) override { Tell("shut down"); }

  std::vector<std::string> WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    told_.wait_for(lock, std::chrono::minutes(2), [&] { return events_.size() >= count; });
    return events_;
  }

 private:
  void Tell(const char* event) {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(event);
    told_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<std::string> events_;
};

FileDescriptor ConnectTo(const std::string& path) {
  FileDescriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  EXPECT_EQ(connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
            0)
      << std::strerror(errno);
  return connection;
}

TEST(Listener, TellsItsObserverOfWhatIsOpenedClosedAndRefused) {
  const std::string path = testing::TempDir() + "listener_test." + std::to_string(getpid());
  Told told;
  std::mutex mutex;
  std::vector<FileDescriptor> handed_over;
  MemoryGuard memory;
  ConnectionGuard guard(1, memory, told);
  std::string error;
  const auto listener =
      Listener::Open({.addresses = {{.path = path, .host = {}, .port = 0}}, .max_connections = 1},
                     told, guard, error);
  ASSERT_NE(listener, nullptr) << error;
  listener->Start([&](int fd, Transport) {
    const std::lock_guard lock(mutex);
    handed_over.emplace_back(fd);
  });

  const FileDescriptor first = ConnectTo(path);
  EXPECT_EQ(told.WaitFor(1), (std::vector<std::string>{"opened unix"}));
  const FileDescriptor second = ConnectTo(path);
  EXPECT_EQ(told.WaitFor(2).back(), "refused");
  char byte = 0;
  EXPECT_EQ(read(second.get(), &byte, 1), 0) << "one that is refused is closed at once";

  // The connection's owner is done with it, as gRPC is.
  {
    const std::lock_guard lock(mutex);
    ASSERT_EQ(handed_over.size(), 1U);
    shutdown(handed_over.front().get(), SHUT_RDWR);
  }
  EXPECT_EQ(told.WaitFor(3).back(), "closed unix");
  const FileDescriptor third = ConnectTo(path);
  EXPECT_EQ(told.WaitFor(4).back(), "opened unix");
}

}  // namespace
}  // namespace advantaged
