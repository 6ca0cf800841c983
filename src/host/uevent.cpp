// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/uevent.hpp"

#include "host/fd.hpp"

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
  KernelEvents(Fd netlink, Fd wakeup) : netlink_(std::move(netlink)), wakeup_(std::move(wakeup)) {}

  Time now() const override {
    timespec at{};
    ::clock_gettime(CLOCK_BOOTTIME, &at);
    return std::chrono::seconds(at.tv_sec) +
           std::chrono::duration_cast<Time>(std::chrono::nanoseconds(at.tv_nsec));
  }

  void wait(Time until, bool devices) override {
    const auto left = until - now();
    if (left <= Time::zero()) return;
    pollfd watched[] = {{wakeup_, POLLIN, 0}, {devices ? netlink_.get() : -1, POLLIN, 0}};
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
  // What happened is read from sysfs afterwards, so the text does not matter, and neither does a
  // lost message (ENOBUFS).
  void drain() const {
    char text[8192];
    while (::recv(netlink_, text, sizeof text, MSG_DONTWAIT) >= 0 || errno == ENOBUFS ||
           errno == EINTR) {
    }
  }

  Fd netlink_, wakeup_;
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
  Fd wakeup(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wakeup < 0) return failed(errno, "eventfd: {}", std::strerror(errno));
  Fd netlink(
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  // The kernel's events (1), and udev's when it is done with one (2).
  address.nl_groups = 1 | 2;
  if (netlink < 0 ||
      ::bind(netlink, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    return failed(errno, "device events: {}", std::strerror(errno));
  return std::unique_ptr<Events>(
      std::make_unique<KernelEvents>(std::move(netlink), std::move(wakeup)));
}

}  // namespace vfirst
