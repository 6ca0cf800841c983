// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/facts.hpp"

#include "base/fnv.hpp"
#include "base/port_name.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <bit>

namespace vfirst {

namespace {

template <class List, class Key, class Of>
auto find_sorted(const List& list, const Key& key, Of of) -> decltype(&list.front()) {
  const auto at = std::lower_bound(
      list.begin(), list.end(), key, [&](const auto& item, const Key& k) { return of(item) < k; });
  return at == list.end() || of(*at) != key ? nullptr : &*at;
}

std::uint64_t fnv1a(std::string_view text) {
  auto hash = kFnvStart;
  for (const char c : text)
    hash = fnv_mix(hash, static_cast<std::uint8_t>(c));
  return hash;
}

// MemTotal lacks what the kernel and crashkernel= keep, a few per cent that change from boot to
// boot; rounded up to an eighth it is the size that was plugged in.
std::uint64_t plugged_kb(std::uint64_t total_kb) {
  const auto grain = std::max<std::uint64_t>(std::bit_floor(total_kb) / 8, 1);
  return (total_kb + grain - 1) / grain * grain;
}

}  // namespace

bool NetPort::is_representor() const {
  return is_representor_name(phys_port_name);
}
std::optional<MacAddress> NetPort::identity() const {
  if (permanent_mac) return permanent_mac;
  return mac_origin == MacOrigin::unknown ? mac : std::nullopt;
}
std::vector<const NetPort*> PciFunction::own_ports() const {
  std::vector<const NetPort*> out;
  for (const auto& port : ports)
    if (!port.is_representor()) out.push_back(&port);
  return out;
}

bool UnknownCarrier::may_be(const PciFunction& function) const {
  // Fibre Channel, and InfiniBand as older devices call themselves (PCI code and ID assignment
  // specification, class 0Ch).
  const auto kind = function.class_code >> 8;
  const bool storage = function.class_code >> 16 == 0x01 || kind == 0x0c04;
  const bool network = function.class_code >> 16 == 0x02 || kind == 0x0c06;
  switch (reach) {
    case Reach::storage: return storage;
    case Reach::network: return network;
    case Reach::any: return storage || network;
  }
  return true;
}

const PciFunction* Facts::function(const PciAddress& address) const {
  return find_sorted(pci, address, [](const PciFunction& f) { return f.address; });
}
const NumaNode* Facts::node(unsigned id) const {
  return find_sorted(numa, id, [](const NumaNode& n) { return n.id; });
}
const Cpu* Facts::cpu_at(unsigned id) const {
  return find_sorted(cpu.cpus, id, [](const Cpu& c) { return c.id; });
}

std::optional<std::uint64_t> Kernel::page_kb() const {
  for (const auto& [option, kb] :
       {std::pair{"CONFIG_ARM64_64K_PAGES", 64u},
        {"CONFIG_ARM64_16K_PAGES", 16u},
        {"CONFIG_ARM64_4K_PAGES", 4u}})
    if (const auto set = config.find(option); set != config.end() && set->second == "y") return kb;
  // "5.14.0-503.el9.aarch64+64k", "6.8.0-31-generic-64k", "6.12.9+deb13-arm64-16k".
  if (release.ends_with("64k")) return 64;
  if (release.ends_with("16k")) return 16;
  return std::nullopt;
}

std::uint64_t Facts::page_kb_of(const Kernel& kernel) const {
  if (cpu.architecture != "aarch64") return memory.page_kb;
  return kernel.page_kb().value_or(memory.page_kb);
}

// The SoC's number is the one by which drivers/irqchip/irq-gic-v3.c tells it (T241). Names of
// products and boards: NVIDIA's own and those of systems that are built around it.
bool Facts::is_grace() const {
  if (cpu.architecture != "aarch64") return false;
  const auto named = [](const std::string& text) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{"Grace", "GH200", "GB200", "GB300"},
        [&](std::string_view name) { return text.find(name) != text.npos; });
  };
  return cpu.soc == "jep106:036b:0241" || named(cpu.model) || named(dmi.processor) ||
         named(dmi.product) || named(dmi.board);
}

std::string Facts::fingerprint() const {
  std::string text;
  // The one long part: without format strings.
  for (const auto& c : cpu.cpus) {
    text += "cpu";
    for (auto number : {static_cast<int>(c.id), c.package, c.core, c.node}) {
      const fmt::format_int digits(number);
      text.append(1, ' ').append(digits.data(), digits.size());
    }
    text.append(1, ' ').append(c.siblings.list()).append(1, '\n');
  }
  for (const auto& n : numa) {
    // Memory blocks are what firmware describes; no kernel argument moves them.
    text += n.gigabyte_frames
                ? fmt::format("node {} {} {}G\n", n.id, n.cpus.list(), *n.gigabyte_frames)
                : fmt::format("node {} {} {}\n", n.id, n.cpus.list(), plugged_kb(n.total_kb));
  }
  for (const auto& f : pci)
    if (f.sriov) text += fmt::format("pf {}\n", f.address.str());
  return fmt::format("{:016x}", fnv1a(text));
}

}  // namespace vfirst
