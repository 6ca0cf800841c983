// SPDX-License-Identifier: GPL-2.0-or-later
// For libvirt: a hostdev pool for each NIC, and for each VF a domain that stays on the VF's NUMA
// node. Everything is managed='no': the VFs are bound already, and with 'yes' libvirt would bind
// them to their kernel driver again when a guest ends.
#include "export/format.hpp"
#include "export/guest_share.hpp"
#include "export/xml.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

#include <algorithm>

namespace vfirst {

namespace {

const PlannedPf& pf_of(const Plan& plan, const PlannedVf& vf) {
  return *std::ranges::find(plan.pfs, vf.pf, &PlannedPf::address);
}

// libvirt makes a file with this name.
std::string object_name(const PlannedPf& pf) {
  auto name = fmt::format("vfirst-{}-{}", pf.name, pf.address.str());
  std::ranges::replace_if(
      name, [](unsigned char c) { return c == '/' || c < 0x20 || c > 0x7e; }, '_');
  return name;
}

std::string address_attributes(const PciAddress& a) {
  return fmt::format(
      "domain='0x{:04x}' bus='0x{:02x}' slot='0x{:02x}' function='0x{:x}'", a.domain, a.bus,
      a.device, a.function);
}

std::string network(const Plan& plan, const PlannedPf& pf) {
  auto out = fmt::format(
      "<network>\n  <name>{}</name>\n  <forward mode='hostdev' managed='no'>\n    <driver "
      "name='vfio'/>\n",
      xml_text(object_name(pf)));
  for (const auto& vf : plan.vfs)
    if (vf.pf == pf.address && vf.driver.is_vfio())
      out += fmt::format("    <address type='pci' {}/>\n", address_attributes(vf.address));
  return out + "  </forward>\n</network>\n";
}

std::string memory(const GuestShare& share) {
  if (!share.pages) return "  <memory unit='GiB'>1</memory>\n";
  // A nodeset of <page> would name the guest's node; <numatune> names the host's.
  return fmt::format(
      "  <memory unit='KiB'>{}</memory>\n  <memoryBacking>\n    <hugepages>\n      <page size='{}' "
      "unit='KiB'/>\n    </hugepages>\n  </memoryBacking>\n",
      share.pages * share.page_kb, share.page_kb);
}

std::string cpus(const GuestShare& share) {
  if (share.cpus.empty()) return "  <vcpu placement='static'>1</vcpu>\n";
  CpuSet all;
  for (auto cpu : share.cpus)
    all.insert(cpu);
  // The host's scheduler spreads the vCPUs of balanced guests.
  const bool pinned = share.spread.empty();
  auto out = fmt::format(
      "  <vcpu placement='static' cpuset='{}'>{}</vcpu>\n  <cputune>\n",
      (pinned ? all : share.spread).list(), share.cpus.size());
  for (std::size_t i = 0; pinned && i < share.cpus.size(); ++i)
    out += fmt::format("    <vcpupin vcpu='{}' cpuset='{}'/>\n", i, share.cpus[i]);
  if (!share.host.empty())
    out += fmt::format("    <emulatorpin cpuset='{}'/>\n", share.host.list());
  return out + "  </cputune>\n";
}

std::string notes(const PlannedPf& pf, const PlannedVf& vf, const GuestShare& share) {
  const auto line = [](const std::string& text) { return "  " + xml_comment(text) + "\n"; };
  auto out = line(fmt::format(
      "VF {} of {}, [pf {}]{}{}", vf.index, pf.address.str(), pf.name,
      share.node ? fmt::format(", node {}", *share.node) : ", on no NUMA node",
      vf.identity_phrase()));
  if (share.cpus.empty())
    out += line("this node has no isolated CPU: the vCPUs are not pinned");
  else if (share.cores_shared && share.spread.empty())
    out += line(fmt::format(
        "{} VFs share the isolated cores of this node: guests that run at the same time slow each "
        "other down",
        share.guests_here));
  if (share.memory_node != share.node)
    out += line(fmt::format(
        "node {} has no memory: the guest uses the memory of the nearest node, {}", *share.node,
        *share.memory_node));
  if (!share.pages)
    out += line(
        share.memory_node ? fmt::format("no hugepages on node {}", *share.memory_node)
                          : "no hugepages");
  return out;
}

std::string domain_name(const PlannedPf& pf, const PlannedVf& vf) {
  return fmt::format("{}-vf{}", object_name(pf), vf.index);
}

bool is_nic(const Facts& facts, const PlannedPf& pf) {
  const auto* f = facts.function(pf.address);
  return f && f->class_code >> 16 == 0x02;
}

constexpr std::string_view kStandby = "ua-vfirst-standby";

// The owner wants guests to move, and this VF must be unplugged for that. QEMU then needs a virtio
// port with the VF's own MAC address, to which the guest's net_failover driver falls back. libvirt
// unplugs the transient device before the guest moves and plugs one in again afterwards
// (formatdomain, "Teaming a virtio/hostdev NIC pair"; for <hostdev> since 7.1).
bool teamed(const Facts& facts, const PlannedPf& pf, const PlannedVf& vf) {
  return vf.migration_wanted && vf.migration && vf.migration->verdict == CanMigrate::no && vf.mac &&
         is_nic(facts, pf);
}

std::string standby(const PlannedVf& vf) {
  return fmt::format(
      "    {}\n    <interface type='network'>\n      <mac address='{}'/>\n      <source "
      "network='default'/>\n      <model type='virtio'/>\n      <teaming type='persistent'/>\n"
      "      <alias name='{}'/>\n    </interface>\n",
      xml_comment(
          "the VF cannot migrate: libvirt unplugs it before the guest moves, and this port takes "
          "over; name a network of the VF's segment here"),
      vf.mac->str(), kStandby);
}

// Complete, so that `virsh define` accepts it as it is. Disks and the rest are for the guest's
// owner to add.
std::string domain(
    const Facts& facts, const PlannedPf& pf, const PlannedVf& vf, const GuestShare& share) {
  const bool arm = facts.cpu.architecture == "aarch64";
  auto out = fmt::format("<domain type='kvm'>\n  <name>{}</name>\n", xml_text(domain_name(pf, vf)));
  out += notes(pf, vf, share) + memory(share) + cpus(share);
  if (share.memory_node)
    out += fmt::format(
        "  <numatune>\n    <memory mode='strict' nodeset='{}'/>\n  </numatune>\n",
        *share.memory_node);
  out += fmt::format(
      "  <os>\n    <type arch='{}' machine='{}'>hvm</type>\n  </os>\n  <devices>\n",
      arm ? "aarch64" : "x86_64", arm ? "virt" : "q35");
  const bool team = teamed(facts, pf, vf);
  if (team) out += standby(vf);
  out += fmt::format(
      "    <hostdev mode='subsystem' type='pci' managed='no'>\n      <driver name='vfio'/>\n      "
      "<source>\n        <address {}/>\n      </source>\n{}    </hostdev>\n",
      address_attributes(vf.address),
      team ? fmt::format("      <teaming type='transient' persistent='{}'/>\n", kStandby) : "");
  return out + "  </devices>\n</domain>\n";
}

// libvirt's networks hold only NICs; the VFs of an NVMe device are passed as <hostdev>.
std::vector<const PlannedPf*> pools(const Plan& plan, const Facts& facts) {
  std::vector<const PlannedPf*> out;
  for (const auto& pf : plan.pfs)
    if (is_nic(facts, pf) && std::ranges::any_of(plan.vfs, [&](const PlannedVf& vf) {
          return vf.pf == pf.address && vf.driver.is_vfio();
        }))
      out.push_back(&pf);
  return out;
}

Result<const PlannedPf*> wished_pool(
    const std::string& wish, const std::vector<const PlannedPf*>& all) {
  const auto address = PciAddress::parse(wish);
  std::vector<const PlannedPf*> found;
  for (const auto* pf : all)
    if (object_name(*pf) == wish || pf->name == wish || (address && pf->address == *address))
      found.push_back(pf);
  if (found.size() == 1) return found.front();
  if (found.empty())
    return refuse(
        "no pool '{}': {}", wish,
        all.empty() ? std::string("no VF of a NIC has a vfio driver")
                    : "there is " + joined(all, " or ", [](auto* pf) { return object_name(*pf); }));
  return refuse(
      "pool '{}': [pf {}] has {} PFs; name one of them: {}", wish, wish, found.size(),
      joined(found, " or ", [](auto* pf) { return object_name(*pf); }));
}

Result<const PlannedVf*> wished_vf(const std::string& wish, const Plan& plan) {
  std::vector<const PlannedVf*> found;
  const auto colon = wish.rfind(':');
  const auto address = PciAddress::parse(wish);
  const auto index =
      colon == std::string::npos ? std::nullopt : parse_number(wish.substr(colon + 1));
  for (const auto& vf : plan.vfs)
    if (address ? vf.address == *address
                : index && vf.index == *index && pf_of(plan, vf).name == wish.substr(0, colon))
      found.push_back(&vf);
  if (found.empty()) return refuse("no VF '{}' in this plan; `vfirst plan` shows them", wish);
  if (found.size() > 1)
    return refuse(
        "VF '{}': [pf {}] has {} PFs; name one of these VFs: {}", wish, wish.substr(0, colon),
        found.size(), joined(found, " or ", [](auto* vf) { return vf->address.str(); }));
  const auto& vf = *found.front();
  if (!vf.driver.is_vfio())
    return refuse(
        "VF '{}' cannot be given to a guest: its vf-driver is {}, not a vfio driver", wish,
        vf.driver.str());
  return &vf;
}

}  // namespace

Result<Exported> export_libvirt(const Plan& plan, const Facts& facts, const ExportWish& wish) {
  Exported out;
  const auto shares = guest_shares(plan, facts);
  const auto add_network = [&](const PlannedPf& pf) {
    out.parts.push_back({"network", object_name(pf), pf.address, network(plan, pf)});
  };
  const auto add_domain = [&](const PlannedVf& vf) {
    const auto& pf = pf_of(plan, vf);
    out.parts.push_back(
        {"domain", domain_name(pf, vf), vf.address, domain(facts, pf, vf, shares.at(vf.address))});
  };
  if (shares.empty())
    return refuse("no VF of this plan has a vfio driver, so there is nothing to export");

  const auto nics = pools(plan, facts);
  if (!wish.pool.empty()) add_network(*VFIRST_TRY(wished_pool(wish.pool, nics)));
  if (!wish.vf.empty()) add_domain(*VFIRST_TRY(wished_vf(wish.vf, plan)));
  if (!out.parts.empty()) {
    out.document = out.parts.front().text;
    return out;
  }
  for (const auto* pf : nics)
    add_network(*pf);
  for (const auto& vf : plan.vfs)
    if (vf.driver.is_vfio()) add_domain(vf);
  out.document = fmt::format(
      "<?xml version='1.0' encoding='UTF-8'?>\n<vfirst format='libvirt' plan='{}'>\n", plan.hash());
  for (const auto& part : out.parts)
    out.document += xml_indented(part.text);
  out.document += "</vfirst>\n";
  return out;
}

}  // namespace vfirst
