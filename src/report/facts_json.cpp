// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json.hpp"
#include "facts/document_words.hpp"
#include "report/facts_report.hpp"

namespace vfirst {

namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json address_or_null(const std::optional<PciAddress>& address) {
  return address ? Json(address->str()) : Json(nullptr);
}
Json mac_or_null(const std::optional<MacAddress>& mac) {
  return mac ? Json(mac->str()) : Json(nullptr);
}
Json addresses(const std::vector<PciAddress>& list) {
  return list_of(list, [](const PciAddress& address) { return Json(address.str()); });
}
std::string id(std::uint16_t value) {
  return fmt::format("{:04x}", value);
}

Json cpu_json(const CpuFacts& c) {
  Json out{
      {"architecture", c.architecture},
      {"vendor", c.vendor},
      {"model", c.model},
      {"possible", c.possible.list()},
      {"present", c.present.list()},
      {"online", c.online.list()},
      {"isolated", c.isolated.list()},
      {"nohz_full", c.nohz_full.list()},
      {"gigabyte_pages", or_null(c.gigabyte_pages)},
      {"smt_active", or_null(c.smt_active)},
      {"idle_driver", c.idle_driver},
      {"clocksource", c.clocksource},
      {"topology_source", c.topology_source}};
  if (c.smt_bugs) out["smt_bugs"] = *c.smt_bugs;
  if (!c.frequency_driver.empty()) out["frequency_driver"] = c.frequency_driver;
  if (c.sev_snp) out["sev_snp"] = *c.sev_snp;
  if (!c.snp_declined.empty()) out["snp_declined"] = c.snp_declined;
  if (!c.soc.empty()) out["soc"] = c.soc;
  out["idle_states"] = list_of(c.idle_states, [](const IdleState& s) {
    return Json{{"name", s.name}, {"latency_us", s.latency_us}};
  });
  out["cpus"] = list_of(c.cpus, [](const Cpu& one) {
    return Json{{"id", one.id},        {"package", one.package},
                {"die", one.die},      {"core", one.core},
                {"node", one.node},    {"siblings", one.siblings.list()},
                {"l3", one.l3.list()}, {"kind", document_word(one.kind)}};
  });
  return out;
}

Json ranges_json(const std::vector<MemoryRange>& ranges) {
  return list_of(ranges, [](const MemoryRange& range) {
    return Json{{"start_kb", range.start_kb}, {"end_kb", range.end_kb}};
  });
}

Json node_json(const NumaNode& n) {
  Json out{
      {"id", n.id},
      {"cpus", n.cpus.list()},
      {"total_kb", n.total_kb},
      {"free_kb", n.free_kb},
      {"memory_known", n.memory_known},
      {"distances", n.distances},
      {"gigabyte_frames", or_null(n.gigabyte_frames)},
      {"ranges", ranges_json(n.ranges)},
      {"at_boot", n.at_boot},
      {"slow", n.slow},
      {"late_kb", n.late_kb}};
  out["hugepages"] = list_of(n.pools, [](const HugepagePool& p) {
    return Json{{"size_kb", p.size_kb}, {"pages", p.pages}, {"free", p.free}};
  });
  return out;
}

Json link_json(const PcieLink& link) {
  return link.width ? Json{{"mts", link.speed_mts}, {"width", link.width}} : Json(nullptr);
}

Json sriov_json(const Sriov& s) {
  return Json{
      {"total_vfs", s.total_vfs},
      {"num_vfs", s.num_vfs},
      {"offset", s.offset},
      {"stride", s.stride},
      {"vf_device", id(s.vf_device)},
      {"vf_bar_bytes", s.vf_bar_bytes},
      {"bars_assigned", or_null(s.bars_assigned)},
      {"autoprobe", or_null(s.autoprobe)},
      {"vfs", addresses(s.vfs)},
      {"last_bus", or_null(s.last_bus)}};
}

Json port_json(const NetPort& p) {
  return Json{
      {"name", p.name},
      {"mac", mac_or_null(p.mac)},
      {"permanent_mac", mac_or_null(p.permanent_mac)},
      {"mac_origin", document_word(p.mac_origin)},
      {"phys_port_name", p.phys_port_name},
      {"dev_port", or_null(p.dev_port)},
      {"speed_mbps", or_null(p.speed_mbps)},
      {"up", p.up}};
}

Json flexible_json(const FlexibleResources& r) {
  return Json{{"total", r.total}, {"primary", r.primary}, {"most", r.most}, {"step", r.step}};
}

Json function_json(const PciFunction& f) {
  Json out{
      {"address", f.address.str()},
      {"class", fmt::format("{:06x}", f.class_code)},
      {"vendor", id(f.vendor)},
      {"device", id(f.device)},
      {"subsystem", id(f.subsystem_vendor) + ":" + id(f.subsystem_device)},
      {"name", f.name},
      {"driver", f.driver},
      {"modalias", f.modalias},
      {"node", f.node},
      {"iommu_group", or_null(f.iommu_group)},
      {"link", link_json(f.link)},
      {"link_capable", link_json(f.link_capable)},
      {"ari", f.ari},
      {"acs", f.acs},
      {"msix_vectors", f.msix_vectors},
      {"msi_irqs", or_null(f.msi_irqs)},
      {"sriov", f.sriov ? sriov_json(*f.sriov) : Json(nullptr)},
      {"sriov_known", f.sriov_known},
      {"physfn", address_or_null(f.physfn)},
      {"bridges", addresses(f.bridges)},
      {"slot", f.slot},
      {"ports", list_of(f.ports, port_json)},
      {"node_guid", f.node_guid ? Json(f.node_guid->str()) : Json(nullptr)}};
  if (f.nvme)
    out["nvme"] = Json{
        {"id", f.nvme->id},
        {"manages", f.nvme->manages},
        {"queues", flexible_json(f.nvme->queues)},
        {"interrupts", flexible_json(f.nvme->interrupts)}};
  return out;
}

Json kernel_json(const Kernel& k) {
  Json modules = Json::object();
  for (const auto& [name, how] : k.modules)
    modules[name] = document_word(how);
  return Json{
      {"release", k.release},
      {"running", k.running},
      {"config", k.config_known ? Json(k.config) : Json(nullptr)},
      {"modules", modules},
      {"vfio_modules", k.vfio_modules},
      {"parameters", k.parameters},
      {"modules_known", k.modules_known}};
}

Json neighbour_json(const Neighbour& n) {
  Json out{
      {"tool", document_word(n.tool)},
      {"file", n.file},
      {"line", n.line},
      {"key", n.key},
      {"value", n.value},
      {"rank", n.rank}};
  out["match"] = list_of(n.match, [](const DeviceMatch& m) {
    return Json{{"kind", document_word(m.kind)}, {"patterns", m.patterns}, {"negated", m.negated}};
  });
  return out;
}

Json boot_json(const BootFacts& b) {
  Json sources = Json::object(), signs = Json::array();
  for (const auto& [word, lines] : b.sources)
    sources[word] = lines;
  for (const auto& sign : b.signs)
    signs.push_back({{"loader", document_word(sign.loader)}, {"source", sign.source}});
  return Json{
      {"loader", document_word(b.loader)},
      {"evidence", b.evidence},
      {"copies_for", document_word(b.copies_for)},
      {"signs", signs},
      {"doubt", b.doubt},
      {"uefi", b.uefi},
      {"secure_boot", b.secure_boot},
      {"filesystem", b.filesystem},
      {"device", b.device},
      {"data_journal", b.data_journal},
      {"esp", b.esp},
      {"entry_folders", b.entry_folders},
      {"cmdline", b.cmdline},
      {"next",
       {{"title", b.next.title},
        {"source", b.next.source},
        {"before", b.next.before},
        {"behind", b.next.behind},
        {"doubt", b.next.doubt}}},
      {"own_arguments", b.own_arguments},
      {"sources", sources}};
}

}  // namespace

std::string facts_json(const Facts& facts) {
  const auto& m = facts.memory;
  const auto& i = facts.iommu;
  Json out{
      {"schema", "vfirst.facts/1"},
      {"fingerprint", facts.fingerprint()},
      {"hostname", facts.hostname}};
  out["dmi"] = {
      {"vendor", facts.dmi.vendor},
      {"product", facts.dmi.product},
      {"serial", facts.dmi.serial},
      {"board", facts.dmi.board}};
  if (!facts.dmi.processor.empty()) out["dmi"]["processor"] = facts.dmi.processor;
  out["cpu"] = cpu_json(facts.cpu);
  out["memory"] = {
      {"total_kb", m.total_kb},
      {"page_kb", m.page_kb},
      {"default_hugepage_kb", m.default_hugepage_kb},
      {"hugepage_sizes_kb", m.hugepage_sizes_kb},
      {"crashkernel_bytes", m.crashkernel_bytes},
      {"crash_ranges", ranges_json(m.crash_ranges)}};
  if (m.zfs_arc_kb) out["memory"]["zfs_arc_kb"] = *m.zfs_arc_kb;
  out["numa"] = list_of(facts.numa, node_json);
  out["pci"] = list_of(facts.pci, function_json);
  out["iommu"] = {
      {"tables_known", i.tables_known},
      {"dmar", i.dmar},
      {"ivrs", i.ivrs},
      {"iort", i.iort},
      {"units", i.units}};
  out["iommu"]["groups"] = list_of(i.groups, [](const IommuGroup& g) {
    return Json{{"id", g.id}, {"type", g.type}, {"members", addresses(g.members)}};
  });
  out["kernels"] = list_of(facts.kernels, kernel_json);
  out["boot"] = boot_json(facts.boot);
  out["critical"] = list_of(facts.critical, [](const CriticalDevice& c) {
    return Json{{"address", c.address.str()}, {"role", c.role}, {"perhaps", c.perhaps}};
  });
  out["unknown_carriers"] = list_of(facts.unknown_carriers, [](const UnknownCarrier& c) {
    return Json{{"reach", document_word(c.reach)}, {"role", c.role}, {"what", c.what}};
  });
  out["neighbours"] = list_of(facts.neighbours, neighbour_json);
  out["guests"] = list_of(facts.guests, [](const DefinedGuest& g) {
    return Json{
        {"name", g.name},
        {"file", g.file},
        {"memory_kb", g.memory_kb},
        {"page_kb", or_null(g.page_kb)},
        {"autostart", g.autostart}};
  });
  out["gaps"] = facts.gaps;
  out["ice_packages"] = facts.ice_packages ? Json(*facts.ice_packages) : Json(nullptr);
  return document(out);
}

}  // namespace vfirst
