// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/guid.hpp"

#include "base/fnv.hpp"
#include "base/text.hpp"

namespace vfirst {

namespace {

// `parts` hexadecimal numbers of `digits` digits each, 16 digits in all.
Result<Guid> parse_guid(std::string_view text, std::size_t parts, std::size_t digits) {
  const auto words = split(text, ':');
  Guid out;
  if (words.size() != parts) return refuse("'{}' is not a GUID", text);
  for (const auto word : words) {
    const auto number = parse_number(word, 16);
    if (word.size() != digits || !number) return refuse("'{}' is not a GUID", text);
    out.value = out.value << (4 * digits) | *number;
  }
  return out;
}

}  // namespace

Result<Guid> Guid::parse(std::string_view text) {
  return parse_guid(text, 8, 2);
}

Result<Guid> Guid::parse_words(std::string_view text) {
  return parse_guid(text, 4, 4);
}

std::string Guid::str() const {
  std::string out;
  for (int byte = 7; byte >= 0; --byte)
    out += fmt::format("{:02x}{}", value >> (8 * byte) & 0xff, byte ? ":" : "");
  return out;
}

Result<Guid> Guid::plus(unsigned n) const {
  constexpr std::uint64_t kTail = 0xff'ffff'ffff;
  if ((value & kTail) + n > kTail) return refuse("{} + {} runs over the last five bytes", str(), n);
  return Guid{value + n};
}

Guid Guid::stable_vf(unsigned index) const {
  // A hash of the PF's GUID and the index. 62 bits of it are kept; the other two are flags of the
  // EUI-64.
  auto hash = kFnvStart;
  const auto mix = [&](std::uint64_t byte) {
    hash = fnv_mix(hash, static_cast<std::uint8_t>(byte));
  };
  for (int byte = 7; byte >= 0; --byte)
    mix(value >> (8 * byte));
  mix(index >> 8);
  mix(index);
  // Spreads the last byte over the bits that are kept.
  hash ^= hash >> 29;
  hash *= 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 32;
  constexpr std::uint64_t kGroup = std::uint64_t{1} << 56, kLocal = std::uint64_t{2} << 56;
  return {(hash & ~kGroup) | kLocal};
}

}  // namespace vfirst
