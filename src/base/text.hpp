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

// Without the blanks and newlines at both ends.
std::string_view trimmed(std::string_view text);
// Empty fields are kept.
std::vector<std::string_view> split(std::string_view text, char separator);
// Separated by blanks; there are no empty ones.
std::vector<std::string_view> words(std::string_view text);
// The whole text as an unsigned number, without a sign or anything else around it. Base 16 takes an
// optional 0x.
std::optional<std::uint64_t> parse_number(std::string_view text, int base = 10);
// Only ASCII letters change.
std::string lowered(std::string_view text);
// Whether the whole text matches a shell pattern with * and ?. Case matters.
bool glob_match(std::string_view pattern, std::string_view text);
// The candidate nearest to `word`, for "did you mean". A third of its letters may be wrong,
// missing, too many or swapped with the next one, and always one. Nothing where no letter of it
// would be left.
std::optional<std::string> nearest(
    std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace vfirst
