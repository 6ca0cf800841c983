// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How shells, GRUB, CSV and JSON quote a word, both ways.

#include "base/result.hpp"
#include "base/shell.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The words of a shell's line, quotes taken away. `$` stays as it stands. Refused: a quote that
// never ends.
Result<std::vector<std::string>> shell_words(std::string_view line);

// A word of a GRUB script, with a backslash before what the script's reader would take for itself.
std::string grub_word(std::string_view text);
// Refused: what GRUB cannot hand to a kernel. It puts a backslash before ' " and \ (lib/cmdline.c),
// which the kernel does not take away, and with its regexp module * and ? are file patterns.
Status grub_carries(const std::vector<std::string>& words);

// RFC 4180
std::string csv_field(std::string_view text);
Result<std::vector<std::string>> csv_fields(std::string_view line);

// A string of JSON, which is one of YAML and of TOML too.
std::string json_string(std::string_view text);
// Every string literal between the first `[` behind `key` and its `]`, or, where a list has a line
// for each, behind "- ".
Result<std::vector<std::string>> json_strings(std::string_view document, std::string_view key);
// what stands behind "key:"
std::string yaml_list(const std::vector<std::string>& items, std::string_view indent);
Result<std::vector<std::string>> yaml_items(std::string_view document, std::string_view key);

// The rest of the first line that starts with `head`, blanks before it left out.
Result<std::string_view> line_behind(std::string_view document, std::string_view head);
// The value of the first shell word of the document that starts with `head`, over all lines that
// are no comment.
Result<std::string> shell_value(std::string_view document, std::string_view head);

}  // namespace vfirst
