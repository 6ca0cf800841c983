// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ip_address.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

namespace {

bool read_v4(std::string_view text, std::uint8_t* to) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return false;
  for (const auto part : parts) {
    const auto number = parse_number(part);
    if (!number || *number > 255 || part.size() > 3) return false;
    *to++ = static_cast<std::uint8_t>(*number);
  }
  return true;
}

// The groups of one side of "::"; an IPv4 address may be the last. Nothing where one is bad.
std::optional<std::vector<std::uint8_t>> read_groups(std::string_view text) {
  std::vector<std::uint8_t> out;
  if (text.empty()) return out;
  const auto parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 == parts.size() && parts[i].find('.') != parts[i].npos) {
      std::uint8_t four[4];
      if (!read_v4(parts[i], four)) return std::nullopt;
      out.insert(out.end(), std::begin(four), std::end(four));
      continue;
    }
    const auto group = parts[i].size() <= 4 ? parse_number(parts[i], 16) : std::nullopt;
    if (!group) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(*group >> 8));
    out.push_back(static_cast<std::uint8_t>(*group));
  }
  return out;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  text = text.substr(0, text.find('%'));
  IpAddress out;
  if (text.find(':') == text.npos) {
    if (!read_v4(text, out.bytes.data())) return std::nullopt;
    return out;
  }
  out.v6 = true;
  const auto gap = text.find("::");
  const auto head = read_groups(text.substr(0, gap));
  const auto tail =
      gap == text.npos ? std::vector<std::uint8_t>() : read_groups(text.substr(gap + 2));
  if (!head || !tail) return std::nullopt;
  const auto size = head->size() + tail->size();
  if (gap == text.npos ? size != 16 : size > 14) return std::nullopt;
  std::ranges::copy(*head, out.bytes.begin());
  std::ranges::copy(*tail, out.bytes.end() - static_cast<std::ptrdiff_t>(tail->size()));
  return out;
}

std::string IpAddress::str() const {
  if (!v6) return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  std::string out;
  for (std::size_t i = 0; i < 16; i += 2)
    out += fmt::format("{}{:x}", i ? ":" : "", bytes[i] << 8 | bytes[i + 1]);
  return out;
}

bool IpAddress::is_zero() const {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::shares_prefix(const IpAddress& other, unsigned prefix) const {
  if (v6 != other.v6 || prefix > bits()) return false;
  const auto whole = prefix / 8, rest = prefix % 8;
  if (!std::equal(bytes.begin(), bytes.begin() + whole, other.bytes.begin())) return false;
  return rest == 0 || (bytes[whole] ^ other.bytes[whole]) >> (8 - rest) == 0;
}

std::optional<IpAddress> parse_endpoint(std::string_view text) {
  if (text.starts_with('['))
    return IpAddress::parse(text.substr(0, std::min(text.size(), text.find(']')) + 1));
  if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
  return IpAddress::parse(text);
}

}  // namespace vfirst
