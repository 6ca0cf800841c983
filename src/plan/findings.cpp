// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about what a plan costs and how well this machine suits it. Nothing here changes the
// plan.
#include "base/words.hpp"
#include "plan/draft.hpp"

#include <algorithm>
#include <map>

namespace vfirst {

namespace {

// Compares the queues of the VFs that guests use with the CPUs that are isolated for guests.
void vfs_against_cpus(Draft& draft) {
  if (draft.plan.isolated.empty()) return;
  unsigned vfs = 0, queues = 0;
  for (const auto& pf : draft.pfs)
    for (unsigned i = 0; i < pf.vfs; ++i) {
      const auto wish = draft.vf_settings(*pf.section, i);
      if (!wish.driver || !wish.driver->value.is_vfio()) continue;
      ++vfs;
      queues += wish.queues ? std::max(wish.queues->value, 1u) : 1;
    }
  const auto cpus = draft.plan.isolated.size();
  if (queues > cpus)
    draft.add_finding(
        Severity::warning, "vfs-exceed-cpus", {},
        fmt::format(
            "{} for guests have {} in all, but there are only {}: some queues will share a CPU",
            plural(vfs, "VF"), plural(queues, "queue"), plural(cpus, "isolated CPU")));
}

void remote_nodes(Draft& draft) {
  for (const auto& pf : draft.pfs) {
    const auto node = pf.function->node;
    // topology.cpp reports a node that is not there.
    if (pf.vfs == 0 || node < 0 || !draft.has_node(node)) continue;
    const auto here = std::ranges::find_if(
        draft.nodes(), [&](const NumaNode& n) { return static_cast<int>(n.id) == node; });
    const auto address = pf.function->address.str();
    if (!draft.plan.isolated.empty() &&
        (here == draft.nodes().end() || !here->cpus.intersects(draft.plan.isolated)))
      draft.add_finding(
          Severity::warning, "vf-remote-node", Subject::device(pf.function->address),
          fmt::format(
              "{} is on node {}, which has no isolated CPU: guests that use its VFs "
              "run on another node",
              address, node),
          {}, {Subject::node(static_cast<unsigned>(node))});
    if (!draft.plan.hugepages.empty() &&
        std::ranges::none_of(draft.plan.hugepages, [&](const PlannedPages& p) {
          return static_cast<int>(p.node) == node;
        }))
      draft.add_finding(
          Severity::warning, "vf-remote-node", Subject::device(pf.function->address),
          fmt::format(
              "{} is on node {}, which gets no hugepages: guests that use its VFs "
              "have their memory on another node",
              address, node),
          {}, {Subject::node(static_cast<unsigned>(node))});
  }
}

std::string link_text(const PcieLink& link) {
  return link.speed_mts % 1000 == 0
             ? fmt::format("{} GT/s x{}", link.speed_mts / 1000, link.width)
             : fmt::format("{:.1f} GT/s x{}", link.speed_mts / 1000.0, link.width);
}

// Payload bits: 8b/10b up to 5 GT/s, 128b/130b from 8 GT/s on.
std::uint64_t link_mbps(const PcieLink& link) {
  const auto raw = static_cast<std::uint64_t>(link.speed_mts) * link.width;
  return link.speed_mts <= 5000 ? raw * 8 / 10 : raw * 128 / 130;
}

void links(Draft& draft) {
  // By device: its functions share one link.
  std::map<PciAddress, std::uint64_t> port_mbps;
  const auto device = [](PciAddress address) { return address.function = 0, address; };
  for (const auto& f : draft.facts.pci)
    if (!f.is_vf())
      for (const auto* port : f.own_ports())
        port_mbps[device(f.address)] += port->speed_mbps.value_or(0);
  for (const auto& pf : draft.pfs) {
    const auto& f = *pf.function;
    const auto &now = f.link, &can = f.link_capable;
    if (now.speed_mts == 0 || now.width == 0) continue;
    if (now.speed_mts < can.speed_mts || now.width < can.width)
      draft.add_finding(
          Severity::warning, "link-trained-low", Subject::device(f.address),
          fmt::format(
              "{} runs at {} but can do {}: check the slot, the riser and the cable",
              f.address.str(), link_text(now), link_text(can)));
    const auto ports = port_mbps[device(f.address)];
    if (pf.vfs && ports > link_mbps(now))
      draft.add_finding(
          Severity::warning, "pcie-narrow", Subject::device(f.address),
          fmt::format(
              "{}: its ports carry {} Gbit/s, but its PCIe link ({}) only {} Gbit/s",
              f.address.str(), ports / 1000, link_text(now), link_mbps(now) / 1000));
  }
}

void rates(Draft& draft) {
  for (const auto& pf : draft.pfs) {
    std::uint64_t floor_mbps = 0, ceiling_mbps = 0, speed = 0;
    for (const auto* port : pf.function->own_ports())
      speed = std::max<std::uint64_t>(speed, port->speed_mbps.value_or(0));
    for (unsigned i = 0; i < pf.vfs; ++i) {
      const auto wish = draft.vf_settings(*pf.section, i);
      if (wish.min_rate_mbps) floor_mbps += wish.min_rate_mbps->value;
      if (wish.max_rate_mbps) ceiling_mbps += wish.max_rate_mbps->value;
    }
    if (speed == 0) continue;
    if (floor_mbps > speed)
      draft.add_finding(
          Severity::error, "rates-promise-too-much", Subject::device(pf.function->address),
          fmt::format(
              "{}: min-rates of its VFs sum to {} Mbit/s, but the port has {}",
              pf.function->address.str(), floor_mbps, speed));
    else if (ceiling_mbps > speed)
      draft.add_finding(
          Severity::note, "rates-oversubscribed", Subject::device(pf.function->address),
          fmt::format(
              "{}: max-rates of its VFs sum to {} Mbit/s, but the port has {}",
              pf.function->address.str(), ceiling_mbps, speed));
  }
}

void windows(Draft& draft) {
  for (const auto& pf : draft.pfs)
    if (pf.vfs && pf.function->sriov && pf.function->sriov->bars_assigned == false)
      draft.add_finding(
          Severity::warning, "vf-bars-unassigned", Subject::device(pf.function->address),
          fmt::format(
              "{}: the firmware left no address space for its VFs: turn \"Above 4G Decoding\" and "
              "SR-IOV on in the BIOS setup, or add pci=realloc to [kernel] extra",
              pf.function->address.str()));
}

void migration(Draft& draft) {
  std::vector<std::string> pins;
  std::vector<std::string> drivers;
  for (const auto& vf : draft.plan.vfs)
    if (auto driver = vf.driver.phrase();
        vf.driver.is_vfio() && std::ranges::find(drivers, driver) == drivers.end())
      drivers.push_back(std::move(driver));
  if (!drivers.empty()) pins.push_back("VFs on " + joined_with("and", drivers));
  if (const auto large = std::ranges::find_if(
          draft.plan.hugepages, [](const PlannedPages& p) { return p.size_kb > 2 << 10; });
      large != draft.plan.hugepages.end())
    pins.push_back(ByteSize::kib(large->size_kb).str() + " pages");
  if (!draft.plan.isolated.empty() && !draft.plan.balanced) pins.push_back("isolated CPUs");
  if (pins.empty()) return;
  draft.add_finding(
      Severity::note, "migration", {},
      fmt::format(
          "live migration: guests that use {} can only move to a host that has the same",
          joined_with("and", pins)));
}

}  // namespace

void add_findings(Draft& draft) {
  vfs_against_cpus(draft);
  remote_nodes(draft);
  links(draft);
  rates(draft);
  windows(draft);
  group_findings(draft);
  migration(draft);
  check_vectors(draft);
  topology_findings(draft);
  zfs_findings(draft);
  memory_word_findings(draft);
  kernel_findings(draft);
  effect_findings(draft);
  guest_findings(draft);
  neighbour_findings(draft);
  cpu_claim_findings(draft);
  kexec_findings(draft);
  for (const auto& skipped : draft.policy.skipped)
    draft.add_finding(
        Severity::note, "policy-skipped", Subject::file(skipped.from.file), skipped.why,
        {skipped.from});
  for (const auto& refused : draft.policy.refused)
    draft.add_finding(Severity::warning, "policy-refused", {}, refused);
}

}  // namespace vfirst
