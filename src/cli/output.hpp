// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Everything that a command prints: results on standard output, words on standard error. What could
// not be written is an error of the program, told once, when the command has ended: a change that
// has begun is not broken off because nobody reads what is said of it.

#include "cli/exit_code.hpp"

#include <string_view>

namespace vfirst {

// A document for programs, as it is: JSON, an export. Text that report has coloured, too.
void print_document(std::string_view text);
// Text for people, with the newlines that it has. Control characters are spelled (\x1b).
void print_text(std::string_view text);
// "vfirst: LINE" on standard error, for the one line that says why a command failed.
void print_error(std::string_view line);

// The command changed something, such as "the kernel arguments were changed". Where its output is
// lost this is said beside it.
void note_change(std::string_view what);
// The exit code of the process: `code`, unless something that was printed is lost. A pipe whose
// reader is gone gets no words, as the reader wanted no more.
ExitCode checked_output(ExitCode code);

// May text on standard output be coloured?
bool colour_on_stdout();

}  // namespace vfirst
