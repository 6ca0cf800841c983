// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/fleet.hpp"

#include "host/stdio.hpp"
#include "policy/load.hpp"

#include <cstdio>

namespace vfirst {

namespace {

// Begins each line anew, and takes it away at the end.
class ProgressLine {
 public:
  explicit ProgressLine(std::size_t hosts) : hosts_(hosts) {}
  ~ProgressLine() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  void show(std::size_t done) {
    std::fprintf(stderr, "\r%zu of %zu hosts\033[K", done, hosts_);
    std::fflush(stderr);
    shown_ = true;
  }

 private:
  std::size_t hosts_;
  bool shown_ = false;
};

}  // namespace

Result<PolicySet> policy_set(const Options& options) {
  const auto root = VFIRST_TRY(Root::open(options.root));
  PolicySet policy(VFIRST_TRY(find_policy(root, options.policy)));
  if (policy.fault()) return std::unexpected(*policy.fault());
  return policy;
}

HostWork host_work(const Options& options, std::size_t hosts) {
  HostWork work{.kernel = options.kernel};
  if (is_terminal(kStderr))
    work.progress = [line = std::make_shared<ProgressLine>(hosts)](std::size_t done) {
      line->show(done);
    };
  return work;
}

}  // namespace vfirst
