// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/readers.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst::facts {

std::optional<CpuSet> CpuSetFile::read(const Root& root, std::string_view directory) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto at = (last_ + i) % names_.size();
    const auto text = root.read(path_in(directory, names_[at]));
    if (!text) continue;
    auto set = names_[at].ends_with("list") ? CpuSet::parse_list(*text) : CpuSet::parse_mask(*text);
    if (!set) continue;
    last_ = at;
    return std::move(*set);
  }
  return std::nullopt;
}

std::vector<unsigned> numbered(
    const Root& root, std::string_view directory, std::string_view prefix) {
  std::vector<unsigned> numbers;
  const auto names = root.list(directory);
  if (!names) return numbers;
  for (const std::string_view name : *names) {
    if (!name.starts_with(prefix)) continue;
    if (const auto n = parse_number(name.substr(prefix.size())); n && *n < UINT32_MAX)
      numbers.push_back(static_cast<unsigned>(*n));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::optional<std::string_view> field(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at > 0 && text[at - 1] != '\n' && text[at - 1] != ' ') continue;
    auto rest = text.substr(at + key.size());
    rest = rest.substr(0, rest.find('\n'));
    const auto colon = rest.find_first_not_of(" \t");
    if (colon != std::string_view::npos && rest[colon] == ':')
      return trimmed(rest.substr(colon + 1));
  }
  return std::nullopt;
}

std::string path_in(std::string_view directory, std::string_view name) {
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  path.append(directory).append(1, '/').append(name);
  return path;
}

std::string text_of(const Root& root, std::string_view path) {
  const auto text = root.read(path);
  return text ? std::string(trimmed(*text)) : std::string();
}

}  // namespace vfirst::facts
