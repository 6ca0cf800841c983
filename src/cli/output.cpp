// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/output.hpp"

#include "base/printable.hpp"
#include "host/stdio.hpp"
#include "report/colour.hpp"

#include <cstdlib>
#include <optional>
#include <string>

namespace vfirst {

namespace {

// There is one for the process, as there is one standard output.
struct Written {
  // The first error. Nothing is printed after it.
  std::optional<Error> lost;
  std::string change;
};
Written& written() {
  static Written one;
  return one;
}

}  // namespace

void print_document(std::string_view text) {
  auto& so_far = written();
  if (so_far.lost) return;
  if (const auto status = write_all(kStdout, text); !status) so_far.lost = status.error();
}

void print_text(std::string_view text) {
  print_document(printable(text));
}

void print_error(std::string_view line) {
  // Where standard error fails, too, the exit code is all that is left.
  [[maybe_unused]] const auto status =
      write_all(kStderr, fmt::format("vfirst: {}\n", printable_line(line)));
}

void note_change(std::string_view what) {
  written().change = what;
}

ExitCode checked_output(ExitCode code) {
  const auto& [lost, change] = written();
  if (!lost) return code;
  if (lost->code != std::errc::broken_pipe || !change.empty())
    print_error(
        fmt::format("standard output: {}{}{}", lost->what, change.empty() ? "" : "; but ", change));
  return code == ExitCode::refused ? code : ExitCode::failed;
}

bool colour_on(int descriptor) {
  return colour_wanted(is_terminal(descriptor), std::getenv("NO_COLOR"));
}

}  // namespace vfirst
