// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of others that write sriov_numvfs at each boot: units and what they run, rc.local,
// interfaces(5), sysfsutils, os-net-config.
#include "facts/neighbour_readers.hpp"

#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

using Kind = DeviceMatch::Kind;
using Tool = Neighbour::Tool;

constexpr std::string_view kFile = "sriov_numvfs";
constexpr std::string_view kBlank = " \t";

// The device in a path to its sriov_numvfs: "/sys/class/net/ens1f0/device/",
// "/sys/bus/pci/devices/0000:3b:00.0/", "devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/". A variable
// of the shell may be any device.
DeviceMatch device_of(std::string_view path) {
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (parts[i] == "net" && parts[i + 1].find('$') == std::string_view::npos)
      return {Kind::name, {std::string(parts[i + 1])}, false};
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    if (PciAddress::parse(*part)) return {Kind::pci, {std::string(*part)}, false};
  return {};
}

// The number that the line writes there: "echo 8 >", "echo '8' |", "= 8"; "" where it is a variable
// or a program's answer.
std::string number_in(std::string_view command) {
  const auto parts = words(command);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (!parts[i].ends_with("echo") && !parts[i].ends_with("printf")) continue;
    for (auto j = i + 1; j < parts.size() && j < i + 3; ++j) {
      auto word = parts[j];
      while (!word.empty() && std::string_view("'\"\\").find(word.front()) != word.npos)
        word.remove_prefix(1);
      word = word.substr(0, word.find_first_not_of("0123456789"));
      if (!word.empty()) return std::string(word);
    }
  }
  return {};
}

// Each write of a line of shell. What only reads the file has no '>' and no tee in front of it.
void shell_line(std::string_view line, const Neighbour& place, std::vector<Neighbour>& neighbours) {
  if (trimmed(line).starts_with('#')) return;
  std::size_t from = 0;
  for (auto at = line.find(kFile); at != line.npos; at = line.find(kFile, at + 1)) {
    const auto begin = line.find_last_of(" \t'\">=", at);
    const auto path = line.substr(begin + 1, at - begin - 1);
    // Back to the command that this write belongs to.
    const auto last = line.find_last_of(";&", at);
    const auto start = last == line.npos || last < from ? from : last + 1;
    const auto command = line.substr(start, at - start);
    from = at;
    if (command.find('>') == command.npos && command.find("tee ") == command.npos) continue;
    auto one = place;
    one.key = kFile;
    one.value = number_in(command);
    one.match = {device_of(path)};
    neighbours.push_back(std::move(one));
  }
}

void shell_text(
    std::string_view text, const Neighbour& place, std::string_view instance,
    std::vector<Neighbour>& neighbours) {
  unsigned number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (line.find(kFile) == line.npos) continue;
    std::string known(line);
    for (const std::string_view variable : {"${IFACE}", "$IFACE", "%i", "%I"})
      for (auto at = known.find(variable); !instance.empty() && at != known.npos;
           at = known.find(variable))
        known.replace(at, variable.size(), instance);
    auto here = place;
    here.line = number;
    shell_line(known, here, neighbours);
  }
}

// Programs of the administrator's own, which a unit or rc.local runs: packages bring none that make
// VFs unasked.
bool own_program(std::string_view path) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{
          "usr/local/", "opt/", "etc/", "root/", "home/", "var/"},
      [&](std::string_view folder) { return path.starts_with(folder); });
}

// Passwords stay where they are: a capture holds no other lines of these files.
bool names_the_file(std::string_view line) {
  return line.starts_with("#!") || line.find(kFile) != line.npos;
}
bool unit_line(std::string_view line) {
  const auto text = trimmed(line);
  return text.starts_with('[') || names_the_file(text) ||
         (text.starts_with("ExecStart") && words(text).size() < 5);
}
bool script_line(std::string_view line) {
  const auto text = trimmed(line);
  return names_the_file(text) || (text.starts_with('/') && words(text).size() < 5);
}
bool interfaces_line(std::string_view line) {
  const auto parts = words(line);
  return !parts.empty() && (parts[0] == "iface" || names_the_file(line) ||
                            (parts[0].ends_with("up") && parts.size() < 5));
}

void programs_of(
    const Root& root, std::string_view line, Tool tool, std::string_view instance,
    std::vector<Neighbour>& neighbours) {
  for (auto word : words(line)) {
    const auto slash = word.find('/');
    if (slash == word.npos || slash > 2) continue;
    const auto path = std::string(word.substr(slash + 1));
    if (!own_program(path)) continue;
    if (root.read_head(path, 2) != std::string("#!")) continue;
    if (const auto text = root.read_lines(path, names_the_file))
      shell_text(*text, {tool, path, 0, "", "", 0, {}}, instance, neighbours);
  }
}

void read_unit(
    const Root& root, const std::string& path, std::string_view instance,
    std::vector<Neighbour>& neighbours) {
  const auto text = root.read_lines(path, unit_line);
  if (!text) return;
  shell_text(*text, {Tool::unit, path, 0, "", "", 0, {}}, instance, neighbours);
  each_setting(*text, [&](const ConfigLine& line) {
    if (line.section == "Service" && line.key.starts_with("ExecStart"))
      programs_of(root, line.value, Tool::unit, instance, neighbours);
  });
}

}  // namespace

// Only units of the administrator's that something starts: "multi-user.target.wants/vfs.service",
// "sriov@ens1f0.service" of the template sriov@.service.
void read_units(const Root& root, std::vector<Neighbour>& neighbours) {
  const std::string folder = "etc/systemd/system";
  std::vector<std::string> done;
  for (const auto& wants : root.list(folder).value_or(std::vector<std::string>{})) {
    if (!wants.ends_with(".wants") && !wants.ends_with(".requires")) continue;
    for (const auto& name : root.list(folder + "/" + wants).value_or(std::vector<std::string>{})) {
      if (!name.ends_with(".service") || std::ranges::find(done, name) != done.end()) continue;
      done.push_back(name);
      const auto at = name.find('@');
      auto file = name;
      std::string instance;
      if (at != name.npos) {
        instance = name.substr(at + 1, name.size() - at - 9);
        file = name.substr(0, at + 1) + ".service";
      }
      for (const auto& place : {folder, std::string("usr/local/lib/systemd/system")})
        if (root.exists(place + "/" + file)) {
          read_unit(root, place + "/" + file, instance, neighbours);
          for (const auto& drop_in : config_files(root, {place + "/" + file + ".d"}, ".conf"))
            read_unit(root, drop_in.path, instance, neighbours);
          break;
        }
    }
  }
  // systemd-rc-local-generator(8).
  for (const std::string path : {"etc/rc.local", "etc/rc.d/rc.local"})
    if (root.mode(path) & 0111)
      if (const auto text = root.read_lines(path, script_line)) {
        shell_text(*text, {Tool::unit, path, 0, "", "", 0, {}}, {}, neighbours);
        for (const auto line : split(*text, '\n'))
          programs_of(root, line, Tool::unit, {}, neighbours);
      }
}

// interfaces(5): "iface ens1f0 inet manual", then "pre-up echo 8 > ...". $IFACE is the interface.
void read_interfaces(const Root& root, std::vector<Neighbour>& neighbours) {
  std::vector<std::string> files{"etc/network/interfaces"};
  for (const auto& file : config_files(root, {"etc/network/interfaces.d"}, ""))
    files.push_back(file.path);
  for (const auto& path : files) {
    const auto text = root.read_lines(path, interfaces_line);
    if (!text) continue;
    std::string instance;
    unsigned number = 0;
    for (const auto line : split(*text, '\n')) {
      ++number;
      const auto parts = words(line);
      if (parts.size() < 2) continue;
      if (parts[0] == "iface") instance = parts[1];
      if (parts[0] != "pre-up" && parts[0] != "up" && parts[0] != "post-up") continue;
      std::string known(line);
      for (const std::string_view variable : {"${IFACE}", "$IFACE"})
        for (auto at = known.find(variable); at != known.npos; at = known.find(variable))
          known.replace(at, variable.size(), instance);
      shell_line(known, {Tool::interfaces, path, number, "", "", 0, {}}, neighbours);
      programs_of(root, line, Tool::interfaces, instance, neighbours);
    }
  }
}

// sysfsutils: "devices/pci0000:00/0000:00:02.0/sriov_numvfs = 7", below /sys.
void read_sysfs_conf(const Root& root, std::vector<Neighbour>& neighbours) {
  std::vector<std::string> files{"etc/sysfs.conf"};
  for (const auto& file : config_files(root, {"etc/sysfs.d"}, ".conf"))
    files.push_back(file.path);
  for (const auto& path : files) {
    const auto text = root.read(path);
    if (!text) continue;
    each_setting(*text, [&](const ConfigLine& line) {
      // "mode" and "owner" change the file's own.
      if (!line.key.ends_with(kFile) || line.key.find_first_of(kBlank) != line.key.npos) return;
      neighbours.push_back(
          {Tool::sysfs_conf,
           path,
           line.line,
           std::string(kFile),
           std::string(line.value),
           0,
           {device_of(line.key)}});
    });
  }
}

// os-net-config's sriov_config.py reads this list at each boot: "- device_type: pf", "  name:
// ens1", "  numvfs: 10", in any order.
void read_os_net_config(const Root& root, std::vector<Neighbour>& neighbours) {
  const std::string path = "var/lib/os-net-config/sriov_config.yaml";
  const auto text = root.read(path);
  if (!text) return;
  Neighbour one{Tool::os_net_config, path, 0, std::string(kFile), "", 0, {}};
  const auto blank = one;
  const auto end_item = [&] {
    if (one.line && !one.match.empty()) neighbours.push_back(one);
    one = blank;
  };
  unsigned number = 0;
  for (auto line : split(*text, '\n')) {
    ++number;
    const bool first = line.starts_with('-');
    if (first) end_item(), line.remove_prefix(1);
    // The device of a VF's item is nested: its name is deeper.
    const auto indent = line.find_first_not_of(kBlank);
    const auto colon = line.find(':');
    if (indent == line.npos || colon == line.npos || (!first && indent > 2)) continue;
    const auto key = trimmed(line.substr(0, colon)), value = trimmed(line.substr(colon + 1));
    if (key == "name") one.match = {{Kind::name, {std::string(value)}, false}};
    if (key == "numvfs") one.line = number, one.value = value;
  }
  end_item();
}

}  // namespace vfirst::facts
