// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// etc/default/grub and its drop-ins, from which grub-mkconfig has the kernel arguments of its
// entries: where an argument stands in them, and the text without it.

#include "host/files.hpp"
#include "kargs/command_line.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// An argument in the text of such a file.
struct DefaultArgument {
  KernelArg argument;
  // From 1.
  unsigned line = 0;
  // Which bytes of the text spell it, and which spell one blank beside it (none where it is alone).
  // Quotes of the shell are not among them, those of GRUB are.
  std::vector<std::size_t> bytes, blank;
};

// Those of every assignment to GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT, in their order.
// Three readers lie between the file and the kernel, and each takes quotes of its own away: the
// shell, GRUB's script and the kernel. So an argument is what the kernel will see:
//   GRUB_CMDLINE_LINUX='foo="a isolcpus=1 b"'   has one argument, foo, and no isolcpus.
// An assignment may go on over several lines. Commands and variables of the shell are not run: a
// word with one in it stands as it is.
std::vector<DefaultArgument> default_arguments(std::string_view text);

// The same text without this argument in those assignments, one blank beside it included;
// everything else byte for byte.
std::string without_argument(std::string_view text, const KernelArg& argument);

// The files that are there, in the order in which grub-mkconfig reads them.
std::vector<std::string> default_files(const FileReader& files);

// A line of a file from which later boots have an argument.
struct ForeignSource {
  // "etc/default/grub".
  std::string path;
  unsigned line = 0;
  // "etc/default/grub:10".
  std::string str() const;
  bool operator==(const ForeignSource&) const = default;
};

// Where the argument stands in those files.
std::vector<ForeignSource> default_sources(const FileReader& files, const KernelArg& argument);

}  // namespace vfirst
