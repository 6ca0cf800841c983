// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/uevent.hpp"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace vfirst {

namespace {

class KernelEvents : public Events {
 public:
  KernelEvents(int netlink, int wakeup) : netlink_(netlink), wakeup_(wakeup) {}
  ~KernelEvents() override {
    if (netlink_ >= 0) ::close(netlink_);
    ::close(wakeup_);
  }

  Time now() const override {
    timespec at{};
    ::clock_gettime(CLOCK_BOOTTIME, &at);
    return std::chrono::seconds(at.tv_sec) +
           std::chrono::duration_cast<Time>(std::chrono::nanoseconds(at.tv_nsec));
  }

  void wait(Time until, bool devices) override {
    const auto left = until - now();
    if (left <= Time::zero()) return;
    pollfd watched[] = {{wakeup_, POLLIN, 0}, {devices ? netlink_ : -1, POLLIN, 0}};
    const timespec bound{left.count() / 1000000, left.count() % 1000000 * 1000};
    if (::ppoll(watched, 2, &bound, nullptr) <= 0) return;
    if (watched[0].revents) {
      std::uint64_t count;
      [[maybe_unused]] const auto got = ::read(wakeup_, &count, sizeof count);
    }
    if (watched[1].revents) drain();
  }

  void wake() override {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = ::write(wakeup_, &one, sizeof one);
  }

 private:
  // What happened is read from sysfs afterwards, so the text does not matter, nor does a lost one
  // (ENOBUFS): both say "look again".
  void drain() const {
    char text[8192];
    while (::recv(netlink_, text, sizeof text, MSG_DONTWAIT) >= 0 || errno == ENOBUFS ||
           errno == EINTR) {
    }
  }

  int netlink_, wakeup_;
};

class NoEvents final : public Events {
 public:
  Time now() const override { return {}; }
  void wait(Time, bool) override {}
  void wake() override {}
};

}  // namespace

std::unique_ptr<Events> no_events() {
  return std::make_unique<NoEvents>();
}

Result<std::unique_ptr<Events>> kernel_events(const HostActions&) {
  const int wakeup = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wakeup < 0) return failed(errno, "eventfd: {}", std::strerror(errno));
  const int netlink =
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  // the kernel's events, and udev's "done with it"
  address.nl_groups = 1 | 2;
  if (netlink < 0 ||
      ::bind(netlink, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    const int error = errno;
    if (netlink >= 0) ::close(netlink);
    ::close(wakeup);
    return failed(error, "device events: {}", std::strerror(error));
  }
  return std::unique_ptr<Events>(std::make_unique<KernelEvents>(netlink, wakeup));
}

}  // namespace vfirst
