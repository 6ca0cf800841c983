// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/selector.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool address_matches(const std::string& pattern, const PciAddress& address) {
  const auto full = address.str();
  return glob_match(lowered(pattern), full) ||
         (address.domain == 0 && glob_match(lowered(pattern), full.substr(full.find(':') + 1)));
}

bool subsystem_matches(const std::string& pattern, const PciFunction& f) {
  const auto halves = split(pattern, ':');
  if (halves.size() != 2) return false;
  return glob_match(lowered(halves[0]), fmt::format("{:04x}", f.subsystem_vendor)) &&
         glob_match(lowered(halves[1]), fmt::format("{:04x}", f.subsystem_device));
}

// By what config space and firmware tell, which needs no driver.
bool matches_fixed(const PfSelector& s, const PciFunction& f) {
  if (f.is_vf() || f.class_code >> 16 == 0x06) return false;
  if (s.pci && !address_matches(s.pci->value, f.address)) return false;
  if (s.vendor && s.vendor->value != f.vendor) return false;
  if (s.device && s.device->value != f.device) return false;
  if (s.subsystem && !subsystem_matches(s.subsystem->value, f)) return false;
  if (s.slot && !glob_match(s.slot->value, f.slot)) return false;
  return !s.node || static_cast<int>(s.node->value) == f.node;
}

bool port_matches(const PfSelector& s, const NetPort& port) {
  if (s.mac && port.identity() != s.mac->value) return false;
  if (s.ifname && !glob_match(s.ifname->value, port.name)) return false;
  return !s.port ||
         (!port.phys_port_name.empty() && glob_match(s.port->value, port.phys_port_name)) ||
         (port.dev_port && glob_match(s.port->value, std::to_string(*port.dev_port)));
}

bool matches_bound(const PfSelector& s, const PciFunction& f) {
  if (s.driver && !glob_match(s.driver->value, f.driver)) return false;
  return !(s.mac || s.ifname || s.port) || !ports_of(s, f).empty();
}

template <class Test>
std::vector<const PciFunction*> collect(const PfPolicy& section, const Facts& facts, Test test) {
  std::vector<const PciFunction*> out;
  for (const auto& f : facts.pci)
    if (test(f)) out.push_back(&f);
  if (section.vfs &&
      std::ranges::any_of(out, [](const PciFunction* f) { return f->sriov.has_value(); }))
    std::erase_if(out, [](const PciFunction* f) { return !f->sriov; });
  std::ranges::sort(out, {}, &PciFunction::address);
  return out;
}

}  // namespace

// A representor's name and number are not the device's.
std::vector<const NetPort*> ports_of(const PfSelector& selector, const PciFunction& function) {
  auto out = function.own_ports();
  std::erase_if(out, [&](const NetPort* port) { return !port_matches(selector, *port); });
  std::ranges::stable_sort(out, {}, [](const NetPort* port) { return port->dev_port.value_or(0); });
  return out;
}

bool matches(const PfSelector& selector, const PciFunction& f) {
  return matches_fixed(selector, f) && matches_bound(selector, f);
}

std::vector<const PciFunction*> matching(const PfPolicy& section, const Facts& facts) {
  return collect(section, facts, [&](const PciFunction& f) { return matches(section.match, f); });
}

std::vector<const PciFunction*> undecided(const PfPolicy& section, const Facts& facts) {
  const auto& s = section.match;
  if (!(s.driver || s.mac || s.ifname || s.port)) return {};
  return collect(section, facts, [&](const PciFunction& f) {
    return f.driver.empty() && matches_fixed(s, f) && !matches_bound(s, f) &&
           (f.sriov || f.class_code >> 16 == 0x02);
  });
}

namespace {

// Takes the digits off the front of `text`; false where there are none.
bool take_digits(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(end);
  return end > 0;
}

// What systemd appends to a port's name: n and the phys_port_name, which is mostly p0 or p0s1, or d
// and the dev_port (systemd.net-naming-scheme(7)).
bool is_port_number(std::string_view added, const NetPort& port) {
  if (!port.phys_port_name.empty() && added == "n" + port.phys_port_name) return true;
  if (added.empty() || (added.front() != 'n' && added.front() != 'd')) return false;
  const bool physical = added.front() == 'n';
  added.remove_prefix(1);
  if (physical && added.starts_with('p')) added.remove_prefix(1);
  if (!take_digits(added)) return false;
  if (!physical || !added.starts_with('s')) return added.empty();
  added.remove_prefix(1);
  return take_digits(added) && added.empty();
}

bool is_renumbered(const std::string& wanted, const NetPort& port) {
  const auto adds = [&](std::string_view longer, std::string_view shorter) {
    return longer.starts_with(shorter) && is_port_number(longer.substr(shorter.size()), port);
  };
  return adds(port.name, wanted) || adds(wanted, port.name);
}

}  // namespace

std::optional<NearPort> near_port(const PfPolicy& section, const Facts& facts) {
  if (!section.match.ifname) return std::nullopt;
  const auto& wanted = section.match.ifname->value;
  if (wanted.find_first_of("*?[") != std::string::npos) return std::nullopt;
  auto others = section;
  others.match.ifname.reset();
  std::vector<NearPort> renumbered, all;
  for (const auto* function : matching(others, facts))
    for (const auto* port : ports_of(others.match, *function)) {
      const NearPort one{port->name, function->address, is_renumbered(wanted, *port)};
      all.push_back(one);
      if (one.renumbered) renumbered.push_back(one);
    }
  // The evidence is only good where it is of one port.
  if (renumbered.size() == 1) return renumbered.front();
  std::vector<std::string_view> names;
  for (const auto& one : all)
    names.emplace_back(one.name);
  const auto near = nearest(wanted, names);
  if (!near || *near == wanted) return std::nullopt;
  const auto found = std::ranges::find(all, *near, &NearPort::name);
  return NearPort{found->name, found->function};
}

}  // namespace vfirst
