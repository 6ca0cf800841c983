// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/loader_words.hpp"

#include "base/shell.hpp"

namespace vfirst {

Status grub_carries(std::string_view word) {
  for (const char c : word) {
    if (c == ' ') return refuse("{}: GRUB cannot carry a blank in a kernel argument", word);
    if (c < 0x20 || c >= 0x7f) return refuse("{}: GRUB carries printable ASCII only", word);
    if (std::string_view("\"'\\*?").find(c) != std::string_view::npos)
      return refuse("{}: GRUB cannot carry {} in a kernel argument", word, c);
  }
  return {};
}

std::string bootc_command_for(std::string_view line) {
  const std::string head = "bootc loader-entries set-options-for-source --source vfirst";
  return line.empty() ? head : head + " --options " + shell_word(line);
}

}  // namespace vfirst
