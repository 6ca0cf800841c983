// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The descriptors that a program is started with: standard input, output and error.

#include "base/result.hpp"

#include <string_view>

namespace vfirst {

inline constexpr int kStdout = 1, kStderr = 2;

// Call this before any file is opened. A descriptor that the caller closed is occupied by one that
// can be neither read nor written: else the next file that is opened would get its number, and what
// is printed would go into that file.
void occupy_closed_descriptors();
// From now on a write to a pipe without a reader is an error (EPIPE) and not the end of this
// process, which may be in the middle of a change. Programs that it starts are not affected.
void survive_closed_pipes();

// All of `text`. The error is the system's, and has no name of a file in it.
Status write_all(int descriptor, std::string_view text);
bool is_terminal(int descriptor);

}  // namespace vfirst
