// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Everything that a command prints: results on standard output, messages on standard error. Output
// that cannot be written makes the command fail. That is reported once, after the command has
// ended: a change in progress is not interrupted because nobody can read the output.

#include "cli/exit_code.hpp"
#include "host/stdio.hpp"

#include <string_view>

namespace vfirst {

// Prints a document for programs unchanged: JSON or an export. Also for text that report has
// coloured.
void print_document(std::string_view text);
// Prints text for people. Its newlines stay; other control characters are spelled, as in \x1b.
void print_text(std::string_view text);
// Prints "vfirst: LINE" on standard error: the one line that says why a command failed.
void print_error(std::string_view line);

// Remembers that the command changed something, as in "the kernel arguments were changed". If its
// output is lost, the message says this, too.
void note_change(std::string_view what);
// Returns the exit code of the process: `code`, unless output was lost. Prints no message where the
// reader of a pipe is gone, as it wanted no more, unless something was changed.
ExitCode checked_output(ExitCode code);

// May text on this one be coloured? kStdout or kStderr (host/stdio.hpp).
bool colour_on(int descriptor);

}  // namespace vfirst
