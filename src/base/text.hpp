// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Small readers of text that sysfs, INI files and command lines share. No locale, no allocation
// beyond the result.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// without blanks and newlines at both ends
std::string_view trimmed(std::string_view text);
// empty fields kept
std::vector<std::string_view> split(std::string_view text, char separator);
// separated by blanks, no empty ones
std::vector<std::string_view> words(std::string_view text);
// The whole text as an unsigned number; base 16 takes an optional 0x. Nothing else around it, no
// sign.
std::optional<std::uint64_t> parse_number(std::string_view text, int base = 10);
// ASCII only
std::string lowered(std::string_view text);
// Shell-style pattern with * and ?, the whole text, case as given.
bool glob_match(std::string_view pattern, std::string_view text);
// The candidate nearest to `word`, for "did you mean": at most a third of its letters, but one at
// least, wrong, missing, too many or changed round with the next. Nothing where no letter of it
// would be left.
std::optional<std::string> nearest(
    std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace vfirst
