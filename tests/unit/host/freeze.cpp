// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel in shared memory stands in for FIFREEZE and FITHAW. The last case freezes a real ext4
// and needs root.
#include "host/freeze.hpp"

#include "host/process.hpp"
#include "unit/tree.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>

using namespace vfirst;
using namespace std::chrono_literals;
using vfirst::test::TempTree;

namespace {

enum State { kThawed, kWaiting, kFrozen };

// What the processes of a case share.
struct Kernel {
  std::atomic<int> state{kThawed};
  std::atomic<bool> synced{false}, may_freeze{true};
  // how often FITHAW said that nothing is frozen
  std::atomic<int> refused{0};
  std::atomic<pid_t> thawed_by{0};
  // what befalls the process that asked, right behind its FIFREEZE; 0: nothing
  std::atomic<int> signal{0};
  std::atomic<int> sync_error{0};
};
Kernel* kernel = nullptr;

int fake_sync(int) {
  kernel->synced = true;
  if (const int error = kernel->sync_error) return errno = error, -1;
  return 0;
}
// As freeze_super() does: it waits for writers, and a signal does not end the wait.
int fake_freeze(int) {
  if (kernel->state != kThawed) return errno = EBUSY, -1;
  kernel->state = kWaiting;
  // Bounded, so that a case that failed leaves no process behind.
  for (int i = 0; i < 3000 && !kernel->may_freeze; ++i)
    ::usleep(10000);
  kernel->state = kFrozen;
  if (const int signal = kernel->signal) ::kill(::getpid(), signal);
  return 0;
}
int fake_thaw(int) {
  int expected = kFrozen;
  if (kernel->state.compare_exchange_strong(expected, kThawed)) {
    kernel->thawed_by = ::getpid();
    return 0;
  }
  ++kernel->refused;
  return errno = EINVAL, -1;
}
constexpr FreezeCalls kFake{fake_sync, fake_freeze, fake_thaw};

// A kernel for one case.
struct Shared {
  Shared() {
    void* const memory =
        ::mmap(nullptr, sizeof(Kernel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    kernel = new (memory) Kernel;
  }
  ~Shared() { ::munmap(kernel, sizeof(Kernel)); }
};

bool becomes(const std::function<bool()>& condition, std::chrono::milliseconds limit = 10s) {
  for (const auto end = std::chrono::steady_clock::now() + limit;
       std::chrono::steady_clock::now() < end; ::usleep(10000))
    if (condition()) return true;
  return condition();
}

// A process that freezes and thaws; its exit status is the answer.
pid_t freezing_process(int limit_s) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  // Not Catch2's handlers, which would report the signal as a failure.
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    ::signal(signal, SIG_DFL);
  ::_exit(freeze_and_thaw(-1, limit_s, kFake));
}

int end_of(pid_t child) {
  int status = -1;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

TEST_CASE(
    "what is dirty is written before a freeze, and an error there freezes nothing", "[machine]") {
  Shared shared;
  CHECK(freeze_and_thaw(-1, 30, kFake) == 0);
  CHECK(kernel->synced);
  CHECK(kernel->thawed_by == ::getpid());
  kernel->sync_error = EIO;
  kernel->thawed_by = 0;
  CHECK(freeze_and_thaw(-1, 30, kFake) == EIO);
  CHECK(kernel->thawed_by == 0);
}

TEST_CASE("a filesystem that somebody else holds frozen is left to them", "[machine]") {
  Shared shared;
  kernel->state = kFrozen;
  CHECK(freeze_and_thaw(-1, 30, kFake) == EBUSY);
  CHECK(kernel->state == kFrozen);
}

TEST_CASE(
    "a process that is killed after its freeze outlasted the limit leaves nothing frozen",
    "[machine][crash]") {
  Shared shared;
  kernel->may_freeze = false;
  kernel->signal = SIGKILL;
  const auto child = freezing_process(1);
  // The limit passes, and FITHAW fails as long as the freeze waits for a writer.
  REQUIRE(becomes([] { return kernel->refused >= 2; }));
  REQUIRE(kernel->state == kWaiting);
  kernel->may_freeze = true;
  CHECK(WTERMSIG(end_of(child)) == SIGKILL);
  CHECK(becomes([] { return kernel->state == kThawed; }));
  CHECK(kernel->thawed_by != child);
}

TEST_CASE("SIGTERM, SIGINT and SIGHUP end a process behind its thaw, not before", "[machine]") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    Shared shared;
    kernel->signal = signal;
    const auto child = freezing_process(30);
    const int status = end_of(child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK(kernel->state == kThawed);
    CHECK(kernel->thawed_by == child);
  }
}

TEST_CASE("a process that hangs between freeze and thaw is thawed at the limit", "[machine]") {
  Shared shared;
  kernel->signal = SIGSTOP;
  const auto child = freezing_process(1);
  CHECK(becomes([] { return kernel->thawed_by != 0; }));
  CHECK(kernel->state == kThawed);
  CHECK(kernel->thawed_by != child);
  ::kill(child, SIGCONT);
  CHECK(end_of(child) == 0);
}

namespace {

// A write(2) to a file of the filesystem that the kernel cannot finish: its bytes lie in memory
// that nobody brings. A freeze waits for it.
class StuckWriter {
 public:
  explicit StuckWriter(const std::filesystem::path& file) {
    memory_ = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      if (!hold_memory()) ::_exit(1);
      const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
      [[maybe_unused]] const auto told = ::write(ready[1], "x", 1);
      [[maybe_unused]] const auto n = ::write(out, memory_, kSize);
      ::_exit(0);
    }
    ::close(ready[1]);
    char word;
    usable = ::read(ready[0], &word, 1) == 1;
    ::close(ready[0]);
  }
  ~StuckWriter() {
    finish();
    ::munmap(memory_, kSize);
  }
  StuckWriter(const StuckWriter&) = delete;
  StuckWriter& operator=(const StuckWriter&) = delete;

  // The write ends, since its process does.
  void finish() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    end_of(child_);
    child_ = 0;
  }
  bool usable = false;

 private:
  // Each access to the memory waits for somebody who answers the fault; nobody does.
  bool hold_memory() const {
    const auto faults = static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC));
    uffdio_api api{};
    api.api = UFFD_API;
    uffdio_register range{};
    range.range = {reinterpret_cast<std::uintptr_t>(memory_), kSize};
    range.mode = UFFDIO_REGISTER_MODE_MISSING;
    return faults >= 0 && ::ioctl(faults, UFFDIO_API, &api) == 0 &&
           ::ioctl(faults, UFFDIO_REGISTER, &range) == 0;
  }

  static constexpr std::size_t kSize = 4096;
  void* memory_ = nullptr;
  pid_t child_ = 0;
};

// An ext4 on a loop device, mounted while the object lives; `mounted` is false without root.
struct LoopDisk {
  LoopDisk() {
    tree.add("mnt/", "");
    tree.add("disk", "");
    std::error_code error;
    std::filesystem::resize_file(tree.path() / "disk", 32 << 20, error);
    const auto ok = [](const std::vector<std::string>& argv) {
      const auto ended = run_process(argv);
      return ended && ended->code == 0;
    };
    mounted = ::geteuid() == 0 && !error &&
              ok({"mkfs.ext4", "-q", "-F", (tree.path() / "disk").native()}) &&
              ok({"mount", "-o", "loop", (tree.path() / "disk").native(), point().native()});
  }
  ~LoopDisk() {
    if (!mounted) return;
    if (const int fd = ::open(point().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
      ::ioctl(fd, FITHAW, 0);
      ::close(fd);
    }
    (void)run_process({"umount", point().native()});
  }
  std::filesystem::path point() const { return tree.path() / "mnt"; }
  TempTree tree;
  bool mounted = false;
};

}  // namespace

TEST_CASE(
    "ext4: a killed freeze that waited for a writer past its limit is thawed (needs root)",
    "[machine][crash]") {
  LoopDisk disk;
  if (!disk.mounted) SKIP("needs root, mkfs.ext4 and a loop device");
  StuckWriter writer(disk.point() / "stuck");
  if (!writer.usable) SKIP("needs userfaultfd(2)");
  ::usleep(300000);
  const int directory = ::open(disk.point().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(directory >= 0);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(freeze_and_thaw(directory, 1));
  // The limit passes while FIFREEZE waits.
  ::usleep(2500000);
  REQUIRE(::waitpid(child, nullptr, WNOHANG) == 0);
  ::kill(child, SIGKILL);
  ::usleep(200000);
  REQUIRE(::waitpid(child, nullptr, WNOHANG) == 0);
  writer.finish();
  CHECK(WTERMSIG(end_of(child)) == SIGKILL);
  const pid_t toucher = ::fork();
  if (toucher == 0) {
    const int fd = ::open((disk.point() / "new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ::_exit(fd >= 0 ? 0 : 1);
  }
  int status = -1;
  CHECK(becomes([&] { return ::waitpid(toucher, &status, WNOHANG) == toucher; }, 8s));
  CHECK(status == 0);
  if (status != 0) {
    // Still frozen: let the toucher go before the disk does.
    ::ioctl(directory, FITHAW, 0);
    end_of(toucher);
  }
  ::close(directory);
}
