// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/config_files.hpp"

#include "base/text.hpp"
#include "facts/readers.hpp"

#include <map>

namespace vfirst::facts {

std::vector<ConfigFile> config_files(
    const Root& root, const std::vector<std::string>& folders, std::string_view suffix) {
  std::map<std::string, std::string> found;
  for (const auto& folder : folders) {
    const auto names = root.list(folder);
    if (!names) continue;
    for (const auto& name : *names)
      if (name.ends_with(suffix)) found.try_emplace(name, path_in(folder, name));
  }
  std::vector<ConfigFile> files;
  files.reserve(found.size());
  for (auto& [name, path] : found)
    files.push_back({name, path});
  return files;
}

void each_setting(std::string_view text, const std::function<void(const ConfigLine&)>& visit) {
  std::string_view section;
  unsigned number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = line.substr(1, line.size() - 2);
      continue;
    }
    const auto equals = line.find('=');
    if (equals != std::string_view::npos)
      visit({section, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)), number});
  }
}

}  // namespace vfirst::facts
