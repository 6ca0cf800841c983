// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Quoting for shells, GRUB, CSV, JSON and YAML, and reading what was quoted.

#include "base/result.hpp"
#include "base/shell.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The words of a line of shell, without their quotes. `$` is not expanded. Refused: a quote that is
// not closed.
Result<std::vector<std::string>> shell_words(std::string_view line);

// A word of a GRUB script: a backslash stands before each character that could mean something.
std::string grub_word(std::string_view text);
// Refused: what GRUB cannot pass to a kernel. It puts a backslash before ' " and \ (lib/cmdline.c),
// which the kernel does not remove, and with its regexp module * and ? are file patterns.
Status grub_carries(const std::vector<std::string>& words);

// RFC 4180.
std::string csv_field(std::string_view text);
Result<std::vector<std::string>> csv_fields(std::string_view line);

// A string of JSON, in ASCII: \u2028 and the like would end a line of YAML. Of printable ASCII it
// is a string of YAML and of TOML, too.
std::string json_string(std::string_view text);
// Every string literal between the first `[` after `key` and its `]`.
Result<std::vector<std::string>> json_strings(std::string_view document, std::string_view key);
// The list as it stands after "key:".
std::string yaml_list(const std::vector<std::string>& items, std::string_view indent);
Result<std::vector<std::string>> yaml_items(std::string_view document, std::string_view key);

// The rest of the first line that starts with `head`. Blanks before `head` do not count.
Result<std::string_view> line_behind(std::string_view document, std::string_view head);
// The rest of the first shell word that starts with `head`, in all lines that are not comments.
Result<std::string> shell_value(std::string_view document, std::string_view head);

}  // namespace vfirst
