// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/environment_block.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// grub: include/grub/lib/envblk.h
constexpr std::string_view kSignature = "# GRUB Environment Block\n";

// GRUB escapes a backslash and a newline by a backslash; our values hold neither.
bool plain(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
}

}  // namespace

Result<EnvironmentBlock> EnvironmentBlock::parse(std::string_view bytes) {
  if (bytes.size() != kSize)
    return refuse("environment block: {} bytes, must be {}", bytes.size(), kSize);
  if (!bytes.starts_with(kSignature)) return refuse("environment block: no signature line");
  EnvironmentBlock block;
  auto rest = bytes.substr(kSignature.size());
  while (!rest.empty() && rest.front() != '#') {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    const auto equals = line.find('=');
    if (end == rest.npos || equals == rest.npos || equals == 0 || !plain(line))
      return refuse("environment block: not a NAME=VALUE line: '{}'", line.substr(0, 40));
    block.lines_.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    rest.remove_prefix(end + 1);
  }
  if (kSize - rest.size() > kSector)
    return refuse("environment block: variables past its first {} bytes", kSector);
  if (rest.find_first_not_of('#') != rest.npos)
    return refuse("environment block: something stands in its padding");
  return block;
}

std::string_view EnvironmentBlock::value(std::string_view name) const {
  for (const auto& [key, text] : lines_)
    if (key == name) return text;
  return {};
}

Status EnvironmentBlock::set(std::string_view name, std::string_view value) {
  if (name.empty() || name.front() == '#' || name.find('=') != name.npos || !plain(name) ||
      !plain(value))
    return refuse("environment block: cannot hold {}={}", name, value);
  auto lines = lines_;
  const auto line =
      std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.first == name; });
  if (line != lines.end())
    line->second = value;
  else
    lines.emplace_back(name, value);
  std::size_t used = kSignature.size();
  for (const auto& [key, text] : lines)
    used += key.size() + text.size() + 2;
  if (used > kSector)
    return refuse(
        "environment block: no room for {}={} in its first {} bytes", name, value, kSector);
  lines_ = std::move(lines);
  return {};
}

std::string EnvironmentBlock::bytes() const {
  std::string out(kSignature);
  for (const auto& [key, text] : lines_)
    out += key + '=' + text + '\n';
  out.resize(kSize, '#');
  return out;
}

std::string environment_value(std::string_view bytes, std::string_view name) {
  for (const auto line : split(bytes, '\n')) {
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with('=')) continue;
    std::string value(line.substr(name.size() + 1));
    // what follows it is meant as it stands
    for (auto at = value.find('\\'); at < value.size(); at = value.find('\\', at + 1))
      value.erase(at, 1);
    return value;
  }
  return {};
}

}  // namespace vfirst
