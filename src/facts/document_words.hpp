// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The words of a facts document for what is one of a few: how the report writes them and the
// import reads them.

#include "facts/facts.hpp"

#include <optional>
#include <string_view>

namespace vfirst {

// "" for a number that is no value of the type.
constexpr std::string_view document_word(Cpu::Kind kind) {
  switch (kind) {
    case Cpu::Kind::uniform: return "uniform";
    case Cpu::Kind::performance: return "performance";
    case Cpu::Kind::efficiency: return "efficiency";
    case Cpu::Kind::low_power: return "low-power";
  }
  return {};
}
constexpr std::string_view document_word(MacOrigin origin) {
  switch (origin) {
    case MacOrigin::unknown: return "unknown";
    case MacOrigin::permanent: return "permanent";
    case MacOrigin::random: return "random";
    case MacOrigin::stolen: return "stolen";
    case MacOrigin::set: return "set";
  }
  return {};
}
constexpr std::string_view document_word(UnknownCarrier::Reach reach) {
  switch (reach) {
    case UnknownCarrier::Reach::storage: return "storage";
    case UnknownCarrier::Reach::network: return "network";
    case UnknownCarrier::Reach::any: return "any";
  }
  return {};
}
constexpr std::string_view document_word(ModuleState state) {
  switch (state) {
    case ModuleState::missing: return "missing";
    case ModuleState::loadable: return "loadable";
    case ModuleState::builtin: return "builtin";
  }
  return {};
}
constexpr std::string_view document_word(Loader loader) {
  switch (loader) {
    case Loader::none: return "none";
    case Loader::grub: return "grub";
    case Loader::grub_bls: return "grub-bls";
    case Loader::systemd_boot: return "systemd-boot";
    case Loader::uki: return "uki";
    case Loader::ostree: return "ostree";
    case Loader::proxmox: return "proxmox-boot-tool";
  }
  return {};
}
constexpr std::string_view document_word(Neighbour::Tool tool) {
  using enum Neighbour::Tool;
  switch (tool) {
    case link: return "link";
    case network_manager: return "network-manager";
    case netplan: return "netplan";
    case driverctl: return "driverctl";
    case udev: return "udev";
    case modprobe: return "modprobe";
    case irqbalance: return "irqbalance";
    case networkd: return "networkd";
    case unit: return "unit";
    case interfaces: return "interfaces";
    case sysfs_conf: return "sysfs-conf";
    case os_net_config: return "os-net-config";
    case tuned: return "tuned";
    case systemd: return "systemd";
    case cgroup: return "cgroup";
    case nova: return "nova";
    case kubelet: return "kubelet";
    case libvirt: return "libvirt";
  }
  return {};
}
constexpr std::string_view document_word(DeviceMatch::Kind kind) {
  using enum DeviceMatch::Kind;
  switch (kind) {
    case name: return "name";
    case original_name: return "original-name";
    case mac: return "mac";
    case path: return "path";
    case driver: return "driver";
    case pci: return "pci";
    case vendor: return "vendor";
    case device: return "device";
    case other: return "other";
  }
  return {};
}

// The value that the word stands for. The values of such a type count up from 0.
template <class T>
constexpr std::optional<T> from_document_word(std::string_view text) {
  for (int number = 0;; ++number) {
    const auto value = static_cast<T>(number);
    const auto word = document_word(value);
    if (word.empty()) return std::nullopt;
    if (word == text) return value;
  }
}

}  // namespace vfirst
