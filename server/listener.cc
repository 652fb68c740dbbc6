#include "server/listener.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "server/errno_message.h"

namespace advantaged {
namespace {

// While descriptors or memory are short, clients wait in the kernel's queue for this long at a
// time.
constexpr std::chrono::milliseconds kPause{100};
// Between two warnings in the log.
constexpr std::chrono::minutes kQuiet{1};
// From one socket in a row, so that a flood does not keep us from seeing who has left.
constexpr int kAcceptsInARow = 64;
// What the process needs besides connections: files, gRPC's own.
constexpr rlim_t kInnerDescriptors = 512;
// That, and the least that the HTTP side can do with.
constexpr rlim_t kOtherDescriptors = kInnerDescriptors + 512;

// Empty if the process may open enough descriptors.
std::string TooManyConnections(std::size_t max_connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return "";
  const rlim_t needed = 2 * max_connections + kOtherDescriptors;
  if (limit.rlim_cur >= needed) return "";
  return "--max-connections " + std::to_string(max_connections) + " needs " +
         std::to_string(needed) + " file descriptors, two for each and " +
         std::to_string(kOtherDescriptors) + " for the rest; this process may open " +
         std::to_string(limit.rlim_cur) + " (ulimit -n)";
}

}  // namespace

std::size_t AffordableHttpConnections(std::size_t wanted, std::size_t max_connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t taken = 2 * max_connections + kInnerDescriptors;
  const rlim_t least = kOtherDescriptors - kInnerDescriptors;
  const rlim_t left = limit.rlim_cur > taken + least ? limit.rlim_cur - taken : least;
  return std::min<std::size_t>(wanted, left);
}

std::unique_ptr<Listener> Listener::Open(const ListenerOptions& options,
                                         ConnectionObserver& observer, ConnectionGuard& guard,
                                         std::string& error) {
  error = TooManyConnections(options.max_connections);
  if (!error.empty()) return nullptr;
  std::unique_ptr<Listener> listener(new Listener(options, observer, guard));
  for (Address address : options.addresses) {
    std::string reason = ListeningSocket::Open(address, options.socket_mode, listener->sockets_);
    if (!reason.empty()) {
      error = "cannot listen on " + address.ToString() + ": " + reason;
      return nullptr;
    }
    listener->addresses_.push_back(address.ToString());
  }
  bool watched = listener->Watch(EPOLL_CTL_ADD, listener->end_.get(), EPOLLIN);
  for (const ListeningSocket& socket : listener->sockets_)
    watched = watched && listener->Watch(EPOLL_CTL_ADD, socket.fd(), 0);
  if (!watched) {
    error = "cannot watch sockets: " + ErrnoMessage(errno);
    return nullptr;
  }
  return listener;
}

Listener::Listener(const ListenerOptions& options, ConnectionObserver& observer,
                   ConnectionGuard& guard)
    : max_connections_(options.max_connections),
      observer_(observer),
      guard_(guard),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      end_(eventfd(0, EFD_CLOEXEC)) {}

Listener::~Listener() {
  if (!thread_.joinable()) return;
  eventfd_write(end_.get(), 1);
  thread_.join();
  for (const auto& [watch, watched] : connections_) guard_.Remove(watch);
}

bool Listener::Watch(int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

void Listener::Start(HandOver hand_over) {
  hand_over_ = std::move(hand_over);
  Resume();
  thread_ = std::thread([this] { Run(); });
}

void Listener::StopListening() {
  const std::lock_guard lock(mutex_);
  sockets_.clear();
}

void Listener::Run() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 paused_until_ ? static_cast<int>(kPause.count()) : -1);
    for (std::size_t i = 0; static_cast<int>(i) < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == end_.get()) return;
      if (!connections_.contains(fd)) {
        AcceptFrom(fd);
      } else if ((events[i].events & EPOLLHUP) != 0) {
        Closed(fd);
      }
    }
    if (paused_until_ && Clock::now() >= *paused_until_) Resume();
  }
}

void Listener::AcceptFrom(int fd) {
  const std::lock_guard lock(mutex_);
  const auto socket =
      std::find_if(sockets_.begin(), sockets_.end(),
                   [fd](const ListeningSocket& candidate) { return candidate.fd() == fd; });
  if (socket == sockets_.end()) return;  // stopped meanwhile
  for (int i = 0; i < kAcceptsInARow && AcceptOne(*socket); ++i) {
  }
}

bool Listener::AcceptOne(const ListeningSocket& socket) {
  if (guard_.accepts_none()) {
    Pause(ENOMEM);
    return false;
  }
  FileDescriptor connection(accept4(socket.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!connection.valid()) {
    if (errno == EAGAIN) return false;
    // The client has left the queue already.
    if (errno == EINTR || errno == ECONNABORTED) return true;
    Pause(errno);
    return false;
  }
  // Has the client left already? gRPC would complain at length in the log.
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  if (getpeername(connection.get(), reinterpret_cast<sockaddr*>(&peer), &size) != 0) return true;
  if (connections_.size() >= max_connections_) {
    observer_.OnRefused();
    return true;
  }
  FileDescriptor watch(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
  // What is reported unasked, once: EPOLLHUP, when both directions are shut. gRPC shuts both down
  // before it closes, whatever the reason.
  if (!watch.valid() || !Watch(EPOLL_CTL_ADD, watch.get(), EPOLLET)) {
    Pause(errno);
    return false;
  }
  const Transport transport = socket.is_unix() ? Transport::kUnix : Transport::kTcp;
  const int key = watch.get();
  if (const auto from = PeerOf(peer)) guard_.Add(key, *from);
  connections_.emplace(key, Watched{std::move(watch), transport});
  observer_.OnOpened(transport);
  hand_over_(connection.release(), transport);
  return true;
}

void Listener::Closed(int watch) {
  observer_.OnClosed(connections_.at(watch).transport);
  guard_.Remove(watch);
  connections_.erase(watch);
}

void Listener::Pause(int reason) {
  const auto now = Clock::now();
  if (!warned_ || now - *warned_ > kQuiet) {
    spdlog::warn("cannot accept a connection: {}; trying again every {} ms", ErrnoMessage(reason),
                 kPause.count());
    warned_ = now;
  }
  if (paused_until_) return;
  paused_until_ = now + kPause;
  // Else epoll_wait would return at once, again and again.
  for (const ListeningSocket& socket : sockets_) Watch(EPOLL_CTL_MOD, socket.fd(), 0);
}

void Listener::Resume() {
  const std::lock_guard lock(mutex_);
  paused_until_.reset();
  for (const ListeningSocket& socket : sockets_) Watch(EPOLL_CTL_MOD, socket.fd(), EPOLLIN);
}

}  // namespace advantaged
