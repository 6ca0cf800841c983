// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "facts/capture.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

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
  if (options.output.empty() && isatty(STDOUT_FILENO))
    return report_error(
        {std::errc::invalid_argument,
         "the archive will not be written to a terminal; use -o FILE"});
  if (options.json && options.output.empty())
    return report_error(
        {std::errc::invalid_argument, "--json needs -o FILE: standard output is the archive's"});
  // Serial numbers and MAC addresses are in it: the owner's eyes only.
  const int fd =
      options.output.empty()
          ? STDOUT_FILENO
          : ::open(options.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return report_error(
        {static_cast<std::errc>(errno),
         fmt::format("{}: {}", options.output, std::strerror(errno))});
  const auto facts = capture(*root, fd, {.kernel = options.kernel, .modules = {}, .names = false});
  if (!facts) return report_error(facts.error());
  if (fd != STDOUT_FILENO && ::close(fd) != 0)
    return report_error(
        {static_cast<std::errc>(errno),
         fmt::format("{}: {}", options.output, std::strerror(errno))});
  if (options.json) {
    const nlohmann::ordered_json document{
        {"schema", "vfirst.capture/1"},
        {"file", options.output},
        {"fingerprint", facts->fingerprint()}};
    fmt::print("{}\n", document.dump(2));
  }
  return ExitCode::done;
}

}  // namespace vfirst
