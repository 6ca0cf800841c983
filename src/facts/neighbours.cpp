// SPDX-License-Identifier: GPL-2.0-or-later
// The others that reach for PFs, VFs and their interrupts: driverctl, udev rules, module options,
// irqbalance.
#include "facts/neighbours.hpp"

#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/neighbour_readers.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

using Kind = DeviceMatch::Kind;
using Tool = Neighbour::Tool;

// driverctl(8): a file "pci-0000:3b:01.0" (the bus may be left out) with a driver's name in it.
void read_driverctl(const Root& root, std::vector<Neighbour>& neighbours) {
  for (const auto& file : config_files(root, {"etc/driverctl.d"}, "")) {
    const auto name = file.name.starts_with("pci-") ? file.name.substr(4) : file.name;
    if (PciAddress::parse(name))
      neighbours.push_back(
          {Tool::driverctl,
           file.path,
           1,
           "driver_override",
           text_of(root, file.path),
           0,
           {{Kind::pci, {name}, false}}});
  }
}

// KEY=="value" of a rule that says something about the device; nothing for the rest (ACTION,
// SUBSYSTEM).
std::optional<DeviceMatch> rule_match(std::string_view key, std::string_view value, bool negated) {
  const auto with = [&](Kind kind) {
    return DeviceMatch{
        kind,
        [&] {
          std::vector<std::string> patterns;
          for (const auto part : split(value, '|'))
            patterns.emplace_back(part);
          return patterns;
        }(),
        negated};
  };
  if (key == "KERNEL" || key == "KERNELS")
    return with(value.find(':') != std::string_view::npos ? Kind::pci : Kind::name);
  if (key == "NAME" || key == "ENV{INTERFACE}" || key == "ENV{ID_NET_NAME}")
    return with(Kind::name);
  if (key == "ATTR{address}" || key == "ATTRS{address}") return with(Kind::mac);
  if (key == "DRIVER" || key == "DRIVERS" || key == "ENV{ID_NET_DRIVER}") return with(Kind::driver);
  if (key == "ENV{PCI_SLOT_NAME}") return with(Kind::pci);
  if (key == "ENV{ID_PATH}") return with(Kind::path);
  if (key.ends_with("{vendor}") || key == "ATTRS{device/vendor}" || key == "ATTR{device/vendor}")
    return with(Kind::vendor);
  if (key == "ATTR{device}" || key == "ATTRS{device}" || key == "ATTR{device/device}")
    return with(Kind::device);
  return std::nullopt;
}

// udev(7). A rule writes the count by ATTR{.../sriov_numvfs}="7", or by a program that is told the
// file's name.
std::optional<Neighbour> read_rule(std::string_view rule, const std::string& path, unsigned line) {
  if (rule.find("sriov_numvfs") == std::string_view::npos) return std::nullopt;
  Neighbour out{Tool::udev, path, line, "", "", 0, {}};
  for (std::size_t at = 0; at < rule.size();) {
    const auto open = rule.find('"', at);
    if (open == std::string_view::npos) break;
    auto close = open + 1;
    while (close < rule.size() && (rule[close] != '"' || rule[close - 1] == '\\'))
      ++close;
    auto left = trimmed(rule.substr(at, open - at));
    if (left.starts_with(',')) left = trimmed(left.substr(1));
    const auto word = left.substr(0, left.find_first_of("=!+-:"));
    const auto sign = left.substr(word.size());
    const auto value = rule.substr(open + 1, close - open - 1);
    at = close + 1;
    if (sign == "==" || sign == "!=") {
      if (auto match = rule_match(trimmed(word), value, sign == "!="))
        out.match.push_back(std::move(*match));
    } else if (word.find("sriov_numvfs") != std::string_view::npos) {
      out.key = "sriov_numvfs", out.value = value;
    } else if (value.find("sriov_numvfs") != std::string_view::npos) {
      // RUN, PROGRAM.
      out.key = std::string(trimmed(word)), out.value = value;
    }
  }
  // It only asks.
  if (out.key.empty()) return std::nullopt;
  return out;
}

// The administrator's own; packages bring some sixty files of rules, and none of them makes VFs.
void read_udev(const Root& root, std::vector<Neighbour>& neighbours) {
  for (const auto& file : config_files(
           root, {"etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d"},
           ".rules")) {
    const auto text = root.read(file.path);
    if (!text || text->find("sriov_numvfs") == std::string::npos) continue;
    // A backslash goes on in the next line.
    std::string rule;
    unsigned number = 0, begins = 0;
    for (const auto line : split(*text, '\n')) {
      ++number;
      if (rule.empty()) begins = number;
      const auto body = trimmed(line);
      if (rule.empty() && body.starts_with('#')) continue;
      rule += body;
      if (rule.ends_with('\\')) {
        rule.back() = ' ';
        continue;
      }
      if (auto read = read_rule(rule, file.path, begins)) neighbours.push_back(std::move(*read));
      rule.clear();
    }
  }
}

// modprobe.d(5): "options igb max_vfs=7", "options vfio-pci ids=8086:10ca,8086:1520". In a module's
// name - is _.
void read_modprobe(const Root& root, std::vector<Neighbour>& neighbours) {
  const std::vector<std::string> folders(std::begin(kModprobeFolders), std::end(kModprobeFolders));
  for (const auto& file : config_files(root, folders, ".conf")) {
    const auto text = root.read(file.path);
    if (!text) continue;
    unsigned number = 0;
    for (const auto line : split(*text, '\n')) {
      ++number;
      const auto parts = words(line);
      if (parts.size() < 3 || parts[0] != "options") continue;
      auto module = std::string(parts[1]);
      std::ranges::replace(module, '-', '_');
      for (std::size_t i = 2; i < parts.size(); ++i) {
        const auto equals = parts[i].find('=');
        const auto key = parts[i].substr(0, equals);
        if (equals == std::string_view::npos ||
            !(key == "max_vfs" || (key == "ids" && module == "vfio_pci")))
          continue;
        neighbours.push_back(
            {Tool::modprobe,
             file.path,
             number,
             std::string(key),
             std::string(parts[i].substr(equals + 1)),
             0,
             {{Kind::driver, {module}, false}}});
      }
    }
  }
}

constexpr auto kIrqbalanceEnabled = "etc/systemd/system/multi-user.target.wants/irqbalance.service";

// Whether it is told of us, wherever its distribution has it told.
void read_irqbalance(const Root& root, std::vector<Neighbour>& neighbours) {
  const auto files = irqbalance_files(root);
  if (files.empty()) return;
  for (const auto& file : files) {
    const auto text = root.read(file);
    if (!text) continue;
    for (const auto line : split(*text, '\n'))
      if (!trimmed(line).starts_with('#') && line.find("vfirst") != std::string_view::npos) return;
  }
  neighbours.push_back({Tool::irqbalance, kIrqbalanceEnabled, 0, "enabled", "", 0, {}});
}

}  // namespace

std::vector<std::string> irqbalance_files(const Root& root) {
  if (!root.link(kIrqbalanceEnabled)) return {};
  std::vector<std::string> files{"etc/default/irqbalance", "etc/sysconfig/irqbalance"};
  for (const auto& file : config_files(
           root,
           {"etc/systemd/system/irqbalance.service.d", "run/systemd/system/irqbalance.service.d",
            "usr/lib/systemd/system/irqbalance.service.d"},
           ".conf"))
    files.push_back(file.path);
  return files;
}

std::vector<Neighbour> read_neighbours(const Root& root) {
  std::vector<Neighbour> neighbours;
  read_link_files(root, neighbours);
  read_network_manager(root, neighbours);
  read_netplan(root, neighbours);
  read_network_files(root, neighbours);
  read_driverctl(root, neighbours);
  read_udev(root, neighbours);
  read_modprobe(root, neighbours);
  read_irqbalance(root, neighbours);
  read_units(root, neighbours);
  read_interfaces(root, neighbours);
  read_sysfs_conf(root, neighbours);
  read_os_net_config(root, neighbours);
  read_tuned(root, neighbours);
  read_cpu_neighbours(root, neighbours);
  return neighbours;
}

}  // namespace vfirst::facts
