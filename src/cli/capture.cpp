// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "base/json.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "facts/capture.hpp"
#include "host/stdio.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace vfirst {

std::span<const Option> capture_options() {
  static const Option all[] = {
      {"-o,--output", "Write the archive to FILE, not to standard output", &Options::output,
       "FILE"},
  };
  return all;
}

ExitCode run_capture(const Options& options) {
  const auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  if (options.output.empty() && is_terminal(kStdout))
    return report_error(
        refuse("the archive will not be written to a terminal; use -o FILE").error());
  if (options.json && options.output.empty())
    return report_error(
        refuse("--json needs -o FILE: the archive goes to standard output").error());
  // Serial numbers and MAC addresses are in it: the owner's eyes only.
  const int fd =
      options.output.empty()
          ? kStdout
          : ::open(options.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return report_error(failed(errno, "{}: {}", options.output, std::strerror(errno)).error());
  const auto facts = capture(*root, fd, {.kernel = options.kernel, .modules = {}, .names = false});
  if (!facts) {
    // Whoever reads the archive wanted no more of it.
    const bool gone = fd == kStdout && facts.error().code == std::errc::broken_pipe;
    return gone ? ExitCode::failed : report_error(facts.error());
  }
  if (fd != kStdout && ::close(fd) != 0)
    return report_error(failed(errno, "{}: {}", options.output, std::strerror(errno)).error());
  if (options.json) {
    note_change("the archive was written");
    const Json written{
        {"schema", "vfirst.capture/1"},
        {"file", options.output},
        {"fingerprint", facts->fingerprint()}};
    print_document(document(written));
  }
  return ExitCode::done;
}

}  // namespace vfirst
