// SPDX-License-Identifier: GPL-2.0-or-later
// systemd-networkd's .network files: their [SR-IOV] sections set attributes of VFs each time the
// port is configured (networkd-sriov.c, link_request_sr_iov()). They make no VFs.
#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/neighbour_readers.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

using Kind = DeviceMatch::Kind;
using Tool = Neighbour::Tool;

// systemd.network(5), [Match].
Kind network_match(std::string_view key) {
  if (key == "Name") return Kind::name;
  if (key == "MACAddress" || key == "PermanentMACAddress") return Kind::mac;
  if (key == "Path") return Kind::path;
  if (key == "Driver") return Kind::driver;
  return Kind::other;
}

struct NetworkFile {
  std::vector<DeviceMatch> match;
  std::vector<Neighbour> settings;
};

// A .network file holds no password; the keys of WireGuard and MACsec are in .netdev files.
void read_network_file(const Root& root, const std::string& path, NetworkFile& out) {
  const auto text = root.read(path);
  if (!text) return;
  each_setting(*text, [&](const ConfigLine& line) {
    if (line.section == "Match") {
      const bool negated = line.value.starts_with('!');
      std::vector<std::string> patterns;
      for (const auto word : words(negated ? line.value.substr(1) : line.value))
        patterns.emplace_back(word);
      out.match.push_back({network_match(line.key), std::move(patterns), negated});
    } else if (line.section == "SR-IOV" && line.key == "VirtualFunction") {
      out.settings.push_back(
          {Tool::networkd, path, line.line, std::string(line.key), std::string(line.value), 0, {}});
    }
  });
}

}  // namespace

// networkd takes the first file that matches, and no other. A file without [SR-IOV] may be that
// one, so it counts as well, but only where another one has such a section.
void read_network_files(const Root& root, std::vector<Neighbour>& neighbours) {
  std::vector<Neighbour> found;
  unsigned rank = 0;
  for (const auto& file : config_files(root, kNetworkFolders, ".network")) {
    NetworkFile read;
    read_network_file(root, file.path, read);
    for (const auto& folder : kNetworkFolders)
      for (const auto& drop_in :
           config_files(root, {fmt::format("{}/{}.d", folder, file.name)}, ".conf"))
        read_network_file(root, drop_in.path, read);
    if (read.match.empty()) continue;
    if (read.settings.empty())
      read.settings.push_back({Tool::networkd, file.path, 0, "", "", 0, {}});
    for (auto& setting : read.settings) {
      setting.match = read.match;
      setting.rank = rank;
      found.push_back(std::move(setting));
    }
    ++rank;
  }
  if (std::ranges::any_of(found, [](const Neighbour& n) { return !n.key.empty(); }))
    std::ranges::move(found, std::back_inserter(neighbours));
}

}  // namespace vfirst::facts
