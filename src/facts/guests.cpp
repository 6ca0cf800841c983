// SPDX-License-Identifier: GPL-2.0-or-later
// The virtual machines that are defined on this host: their memory, and the CPUs that they are
// pinned to.
#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

using Tool = Neighbour::Tool;

constexpr std::string_view kLibvirt = "etc/libvirt/qemu";
constexpr std::string_view kProxmox = "etc/pve/qemu-server";

// The rest may hold passwords (graphics).
bool domain_line(std::string_view line) {
  for (const std::string_view word :
       {"<name>", "<memory ", "<memory>", "<hugepages", "<page ", "<vcpupin ", "<emulatorpin ",
        "<iothreadpin ", "<vcpu "})
    if (line.contains(word)) return true;
  return false;
}
bool proxmox_line(std::string_view line) {
  for (const std::string_view word :
       {"[", "name:", "memory:", "hugepages:", "onboot:", "affinity:"})
    if (line.starts_with(word)) return true;
  return false;
}

// KEY='value' or KEY="value" of an element.
std::string_view attribute(std::string_view line, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const auto at = line.find(fmt::format(" {}={}", key, quote));
    if (at == line.npos) continue;
    const auto begin = at + key.size() + 3;
    const auto end = line.find(quote, begin);
    if (end != line.npos) return line.substr(begin, end - begin);
  }
  return {};
}

std::string_view content_of(std::string_view line) {
  const auto begin = line.find('>');
  if (begin == line.npos) return {};
  return trimmed(line.substr(begin + 1, line.find('<', begin) - begin - 1));
}

// virScaleInteger of libvirt: KiB without a unit.
std::uint64_t in_kb(std::string_view number, std::string_view unit) {
  const auto value = parse_number(number).value_or(0);
  if (value > std::uint64_t{1} << 40) return 0;
  if (unit == "b" || unit == "bytes") return value >> 10;
  if (unit == "M" || unit == "MiB") return value << 10;
  if (unit == "G" || unit == "GiB") return value << 20;
  if (unit == "T" || unit == "TiB") return value << 30;
  if (unit == "KB") return value * 1000 / 1024;
  if (unit == "MB") return value * 1000 * 1000 / 1024;
  if (unit == "GB") return value * 1000 * 1000 / 1024 * 1000;
  return value;
}

void read_domain(
    const Root& root, const ConfigFile& file, std::vector<DefinedGuest>& guests,
    std::vector<Neighbour>& neighbours) {
  const auto text = root.read_lines(file.path, domain_line);
  if (!text) return;
  DefinedGuest guest;
  guest.file = file.path;
  unsigned number = 0;
  for (const auto line : split(*text, '\n')) {
    ++number;
    if (line.contains("<name>") && guest.name.empty()) guest.name = content_of(line);
    if ((line.contains("<memory ") || line.contains("<memory>")) && !guest.memory_kb)
      guest.memory_kb = in_kb(content_of(line), attribute(line, "unit"));
    if (line.contains("<hugepages")) guest.page_kb = guest.page_kb.value_or(0);
    if (line.contains("<page "))
      guest.page_kb = in_kb(attribute(line, "size"), attribute(line, "unit"));
    for (const std::string_view pin : {"vcpupin", "emulatorpin", "iothreadpin", "vcpu"})
      if (line.contains(fmt::format("<{} ", pin)))
        if (const auto cpus = attribute(line, "cpuset"); !cpus.empty())
          neighbours.push_back(
              {Tool::libvirt, file.path, number, std::string(pin), std::string(cpus), 0, {}});
  }
  if (guest.name.empty()) return;
  guest.autostart = root.link(fmt::format("{}/autostart/{}", kLibvirt, file.name)).has_value();
  guests.push_back(std::move(guest));
}

// qm.conf(5). Behind the first [NAME] come snapshots.
void read_proxmox(
    const Root& root, const ConfigFile& file, std::vector<DefinedGuest>& guests,
    std::vector<Neighbour>& neighbours) {
  const auto text = root.read_lines(file.path, proxmox_line);
  if (!text) return;
  DefinedGuest guest;
  guest.file = file.path;
  guest.name = file.name.substr(0, file.name.find('.'));
  // The default of qm.conf.
  guest.memory_kb = 512 << 10;
  unsigned number = 0;
  for (const auto line : split(*text, '\n')) {
    ++number;
    if (line.starts_with('[')) break;
    const auto colon = line.find(':');
    if (colon == line.npos) continue;
    const auto key = line.substr(0, colon);
    auto value = trimmed(line.substr(colon + 1));
    if (key == "name") guest.name = value;
    if (key == "onboot") guest.autostart = value == "1";
    if (key == "memory") {
      if (value.starts_with("current=")) value = value.substr(8);
      guest.memory_kb = in_kb(value.substr(0, value.find(',')), "MiB");
    }
    if (key == "hugepages") guest.page_kb = in_kb(value == "any" ? "0" : value, "MiB");
    if (key == "affinity")
      neighbours.push_back(
          {Tool::libvirt, file.path, number, std::string(key), std::string(value), 0, {}});
  }
  guests.push_back(std::move(guest));
}

}  // namespace

std::vector<DefinedGuest> read_guests(const Root& root, std::vector<Neighbour>& neighbours) {
  std::vector<DefinedGuest> guests;
  for (const auto& file : config_files(root, {std::string(kLibvirt)}, ".xml"))
    read_domain(root, file, guests, neighbours);
  for (const auto& file : config_files(root, {std::string(kProxmox)}, ".conf"))
    read_proxmox(root, file, guests, neighbours);
  return guests;
}

}  // namespace vfirst::facts
