// SPDX-License-Identifier: GPL-2.0-or-later
// The network managers that make VFs of their own: systemd's .link files, NetworkManager.
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

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& all) {
  return std::ranges::find(all, word) != all.end();
}

std::vector<std::string> owned(const std::vector<std::string_view>& parts) {
  std::vector<std::string> texts;
  for (const auto part : parts)
    if (const auto word = trimmed(part); !word.empty()) texts.emplace_back(word);
  return texts;
}

// ---- systemd.link(5) ----
Kind link_match(std::string_view key) {
  if (key == "MACAddress" || key == "PermanentMACAddress") return Kind::mac;
  if (key == "Path") return Kind::path;
  if (key == "Driver") return Kind::driver;
  if (key == "OriginalName") return Kind::original_name;
  return Kind::other;
}

// SR-IOVVirtualFunctions= and [SR-IOV] are of systemd 251, the coalescing keys of 250,
// ReceivePacketSteeringCPUMask= of 256; IRQAffinityPolicy= is newer (link_apply_irq_affinity() of
// src/udev/net/link-config.c). An older udev passes over what it does not know.
constexpr std::array<std::string_view, 8> kLinkSettings = {
    "SR-IOVVirtualFunctions", "RxCoalesceSec",
    "TxCoalesceSec",          "UseAdaptiveRxCoalesce",
    "UseAdaptiveTxCoalesce",  "CombinedChannels",
    "IRQAffinityPolicy",      "ReceivePacketSteeringCPUMask"};

void read_link(
    const Root& root, const std::string& path, std::vector<DeviceMatch>& match,
    std::vector<Neighbour>& settings) {
  const auto text = root.read(path);
  if (!text) return;
  each_setting(*text, [&](const ConfigLine& line) {
    if (line.section == "Match") {
      const bool negated = line.value.starts_with('!');
      match.push_back(
          {link_match(line.key), owned(words(negated ? line.value.substr(1) : line.value)),
           negated});
    } else if (line.section == "Link" && one_of(line.key, kLinkSettings)) {
      settings.push_back(
          {Tool::link, path, line.line, std::string(line.key), std::string(line.value), 0, {}});
    } else if (line.section == "SR-IOV" && line.key == "VirtualFunction") {
      settings.push_back(
          {Tool::link, path, line.line, std::string(line.key), std::string(line.value), 0, {}});
    }
  });
}

}  // namespace

void read_link_files(const Root& root, std::vector<Neighbour>& neighbours) {
  unsigned rank = 0;
  for (const auto& file : config_files(root, kNetworkFolders, ".link")) {
    std::vector<DeviceMatch> match;
    std::vector<Neighbour> settings;
    read_link(root, file.path, match, settings);
    for (const auto& folder : kNetworkFolders)
      for (const auto& drop_in :
           config_files(root, {fmt::format("{}/{}.d", folder, file.name)}, ".conf"))
        read_link(root, drop_in.path, match, settings);
    // udev passes over a file without a [Match].
    if (match.empty()) continue;
    if (settings.empty()) settings.push_back({Tool::link, file.path, 0, "", "", 0, {}});
    for (auto& setting : settings) {
      setting.match = match;
      setting.rank = rank;
      neighbours.push_back(std::move(setting));
    }
    ++rank;
  }
}

// ---- NetworkManager: nm-settings-keyfile(5), NetworkManager.conf(5) ----
namespace {

constexpr std::array<std::string_view, 8> kKeyfileKeys = {
    "type", "interface-name", "mac-address",  "driver",
    "path", "total-vfs",      "match-device", "sriov-num-vfs"};

// A keyfile holds passwords; no more of it is read, and goes into a capture, than is needed.
bool keyfile_line(std::string_view line) {
  line = trimmed(line);
  return line.starts_with('[') || one_of(trimmed(line.substr(0, line.find('='))), kKeyfileKeys);
}

void read_profile(const Root& root, const std::string& path, std::vector<Neighbour>& neighbours) {
  const auto text = root.read_lines(path, keyfile_line);
  if (!text) return;
  std::vector<DeviceMatch> match;
  std::vector<Neighbour> settings;
  each_setting(*text, [&](const ConfigLine& line) {
    const bool ethernet = line.section == "ethernet" || line.section == "802-3-ethernet";
    const auto patterns = owned(split(line.value, ';'));
    if (line.section == "connection" && line.key == "interface-name")
      match.push_back({Kind::name, patterns, false});
    else if (ethernet && line.key == "mac-address")
      match.push_back({Kind::mac, patterns, false});
    else if (line.section == "match" && line.key == "interface-name")
      match.push_back({Kind::name, patterns, false});
    else if (line.section == "match" && line.key == "driver")
      match.push_back({Kind::driver, patterns, false});
    else if (line.section == "match" && line.key == "path")
      match.push_back({Kind::path, patterns, false});
    else if (line.section == "sriov" && line.key == "total-vfs")
      settings.push_back(
          {Tool::network_manager,
           path,
           line.line,
           std::string(line.key),
           std::string(line.value),
           0,
           {}});
  });
  for (auto& setting : settings) {
    setting.match = match;
    neighbours.push_back(std::move(setting));
  }
}

// "mac:00:22:68:1c:59:b1;interface-name:ens*;driver:igb;except:..."; one of them is enough.
std::vector<DeviceMatch> device_spec(std::string_view text) {
  DeviceMatch names{Kind::name, {}, false}, others{Kind::other, {}, false};
  for (const auto& word : owned(split(text, ';'))) {
    const auto at = word.find(':');
    const auto key = word.substr(0, at), value = at == std::string::npos ? "" : word.substr(at + 1);
    if (key == "interface-name")
      names.patterns.push_back(
          value.starts_with('=') || value.starts_with('~') ? value.substr(1) : value);
    else if (word != "*")
      others.patterns.push_back(word);
  }
  if (!others.patterns.empty()) return {others};
  return names.patterns.empty() ? std::vector<DeviceMatch>{} : std::vector{names};
}

void read_manager(const Root& root, const std::string& path, std::vector<Neighbour>& neighbours) {
  const auto text = root.read_lines(path, keyfile_line);
  if (!text || text->find("sriov-num-vfs") == std::string::npos) return;
  std::vector<Neighbour> settings;
  std::string section;
  std::vector<DeviceMatch> match;
  std::size_t first = 0;
  each_setting(*text, [&](const ConfigLine& line) {
    if (line.section != section) section = line.section, match.clear(), first = settings.size();
    if (!line.section.starts_with("device")) return;
    if (line.key == "match-device")
      match = device_spec(line.value);
    else if (line.key == "sriov-num-vfs")
      settings.push_back(
          {Tool::network_manager,
           path,
           line.line,
           std::string(line.key),
           std::string(line.value),
           0,
           {}});
    for (auto i = first; i < settings.size(); ++i)
      settings[i].match = match;
  });
  std::ranges::move(settings, std::back_inserter(neighbours));
}

}  // namespace

void read_network_manager(const Root& root, std::vector<Neighbour>& neighbours) {
  for (const auto& file : config_files(
           root,
           {"etc/NetworkManager/system-connections", "run/NetworkManager/system-connections",
            "usr/lib/NetworkManager/system-connections"},
           ""))
    read_profile(root, file.path, neighbours);
  read_manager(root, "etc/NetworkManager/NetworkManager.conf", neighbours);
  for (const auto& file : config_files(
           root,
           {"etc/NetworkManager/conf.d", "run/NetworkManager/conf.d",
            "usr/lib/NetworkManager/conf.d"},
           ".conf"))
    read_manager(root, file.path, neighbours);
}

}  // namespace vfirst::facts
