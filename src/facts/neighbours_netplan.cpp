// SPDX-License-Identifier: GPL-2.0-or-later
// netplan: block style as its users write it, and one-line maps.
#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/neighbour_readers.hpp"
#include "facts/readers.hpp"

#include <algorithm>
#include <array>

namespace vfirst::facts {

namespace {

using Kind = DeviceMatch::Kind;
using Tool = Neighbour::Tool;

constexpr std::array<std::string_view, 6> kNetplanKeys = {
    "match", "name", "macaddress", "driver", "set-name", "virtual-function-count"};

struct YamlLine {
  std::size_t indent = 0;
  std::string_view key, value;
};

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  return text.size() > 1 && (text.front() == '"' || text.front() == '\'') &&
                 text.back() == text.front()
             ? text.substr(1, text.size() - 2)
             : text;
}

std::optional<YamlLine> yaml_line(std::string_view line) {
  if (const auto comment = line.find(" #"); comment != std::string_view::npos)
    line = line.substr(0, comment);
  const auto indent = line.find_first_not_of(' ');
  if (indent == std::string_view::npos || line[indent] == '#' || line[indent] == '-')
    return std::nullopt;
  const auto colon = line.find(':', indent);
  // A key may be an interface with a colon in it; netplan's own keys have none.
  if (colon == std::string_view::npos || (colon + 1 < line.size() && line[colon + 1] != ' '))
    return std::nullopt;
  return YamlLine{
      indent, unquoted(line.substr(indent, colon - indent)), trimmed(line.substr(colon + 1))};
}

// Passwords stay where they are.
bool netplan_line(std::string_view line) {
  const auto read = yaml_line(line);
  return read &&
         (read->value.empty() || std::ranges::find(kNetplanKeys, read->key) != kNetplanKeys.end());
}

std::optional<DeviceMatch> netplan_match(std::string_view key, std::string_view value) {
  const auto pattern = std::vector{std::string(unquoted(value))};
  if (key == "name") return DeviceMatch{Kind::name, pattern, false};
  if (key == "macaddress") return DeviceMatch{Kind::mac, pattern, false};
  if (key == "driver")
    return value.starts_with('[') ? DeviceMatch{} : DeviceMatch{Kind::driver, pattern, false};
  return std::nullopt;
}

struct Stanza {
  std::string id;
  std::vector<DeviceMatch> match;
  std::optional<Neighbour> count;
};

void read_netplan_file(
    const Root& root, const std::string& path, std::vector<Neighbour>& neighbours) {
  const auto text = root.read_lines(path, netplan_line);
  if (!text || text->find("virtual-function-count") == std::string::npos) return;
  // The keys that the line stands under.
  std::vector<YamlLine> above;
  std::vector<Stanza> stanzas;
  unsigned number = 0;
  for (const auto line : split(*text, '\n')) {
    ++number;
    const auto read = yaml_line(line);
    if (!read) continue;
    while (!above.empty() && above.back().indent >= read->indent)
      above.pop_back();
    const auto under = [&](std::size_t back, std::string_view key) {
      return above.size() >= back && above[above.size() - back].key == key;
    };
    if (under(1, "ethernets"))
      stanzas.push_back({std::string(read->key), {}, {}});
    else if (under(2, "ethernets") && !stanzas.empty()) {
      if (read->key == "virtual-function-count")
        stanzas.back().count = Neighbour{Tool::netplan,
                                         path,
                                         number,
                                         std::string(read->key),
                                         std::string(unquoted(read->value)),
                                         0,
                                         {}};
      if (read->key == "match" && read->value.starts_with('{'))
        for (const auto pair : split(read->value.substr(1, read->value.find('}') - 1), ','))
          if (const auto colon = pair.find(':'); colon != std::string_view::npos)
            if (auto match =
                    netplan_match(trimmed(pair.substr(0, colon)), trimmed(pair.substr(colon + 1))))
              stanzas.back().match.push_back(*match);
    } else if (under(3, "ethernets") && under(1, "match") && !stanzas.empty()) {
      if (auto match = netplan_match(read->key, read->value))
        stanzas.back().match.push_back(*match);
    }
    above.push_back(*read);
  }
  for (auto& stanza : stanzas) {
    if (!stanza.count) continue;
    stanza.count->match = stanza.match.empty()
                              ? std::vector{DeviceMatch{Kind::name, {stanza.id}, false}}
                              : stanza.match;
    neighbours.push_back(std::move(*stanza.count));
  }
}

}  // namespace

void read_netplan(const Root& root, std::vector<Neighbour>& neighbours) {
  for (const auto& file : config_files(
           root, {"run/netplan", "etc/netplan", "usr/lib/netplan", "lib/netplan"}, ".yaml"))
    read_netplan_file(root, file.path, neighbours);
}

}  // namespace vfirst::facts
