// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/byte_size.hpp"

#include "base/text.hpp"

namespace vfirst {

Result<ByteSize> ByteSize::parse(std::string_view text) {
  constexpr std::string_view units = "KMGT";
  unsigned shift = 0;
  auto digits = text;
  if (!text.empty()) {
    const auto unit = units.find(static_cast<char>(text.back() & ~0x20));
    if (unit != std::string_view::npos && (text.back() | 0x20) >= 'a') {
      shift = static_cast<unsigned>(10 * (unit + 1));
      digits.remove_suffix(1);
    }
  }
  const auto number = parse_number(digits);
  if (!number || (shift && *number > (UINT64_MAX >> shift)))
    return refuse("'{}' is not a size (512M, 1G)", text);
  return ByteSize{*number << shift};
}

std::string ByteSize::str() const {
  constexpr std::string_view units = "TGMK";
  for (unsigned i = 0; i < 4; ++i) {
    const auto shift = 40 - 10 * i;
    if (bytes && bytes % (std::uint64_t{1} << shift) == 0)
      return fmt::format("{}{}", bytes >> shift, units[i]);
  }
  return fmt::format("{}", bytes);
}

}  // namespace vfirst
