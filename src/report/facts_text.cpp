// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/facts_report.hpp"

#include "base/printable.hpp"
#include "base/words.hpp"
#include "report/table.hpp"

namespace vfirst {

namespace {

std::string gib(std::uint64_t kb) {
  return fmt::format("{:.1f}G", static_cast<double>(kb) / (1 << 20));
}

std::string machine_text(const Facts& facts) {
  Table table(0);
  const auto line = [&](std::string what, std::string value) {
    if (!value.empty()) table.row({std::move(what), std::move(value)});
  };
  line("host", facts.hostname);
  line(
      "machine",
      facts.dmi.vendor.empty() ? facts.dmi.product : facts.dmi.vendor + " " + facts.dmi.product);
  line("fingerprint", facts.fingerprint());
  const auto& cpu = facts.cpu;
  line(
      "CPU", fmt::format(
                 "{}{}", cpu.model.empty() ? cpu.vendor : cpu.model,
                 cpu.architecture.empty() ? "" : " (" + cpu.architecture + ")"));
  line("CPUs online", cpu.online.list());
  if (const auto rest = (cpu.present | cpu.possible) - cpu.online; !rest.empty())
    line("CPUs not online", rest.list());
  line("isolated now", cpu.isolated.list());
  line("nohz_full now", cpu.nohz_full.list());
  line("1G pages", cpu.gigabyte_pages ? *cpu.gigabyte_pages ? "yes" : "no" : "not known");
  line("memory", facts.memory.total_kb ? gib(facts.memory.total_kb) : "");
  if (facts.memory.crashkernel_bytes)
    line("crashkernel", fmt::format("{}M", facts.memory.crashkernel_bytes >> 20));
  const auto& iommu = facts.iommu;
  std::string tables;
  for (const auto& [present, name] :
       {std::pair{iommu.dmar, "DMAR"}, {iommu.ivrs, "IVRS"}, {iommu.iort, "IORT"}})
    if (present) append_to_list(tables, name);
  line(
      "IOMMU",
      fmt::format(
          "{}, {}",
          iommu.active() ? fmt::format("active, {} groups", iommu.groups.size()) : "not active",
          !iommu.tables_known ? "firmware tables not known"
          : tables.empty()    ? "no firmware table"
                              : "firmware table " + tables));
  line("command line", facts.boot.cmdline);
  if (facts.boot.next.known()) line("at the next boot", facts.boot.next.cmdline());
  return table.str();
}

std::string nodes_text(const Facts& facts) {
  Table table;
  table.row({"", "CPUs", "memory", "free", "hugepages now"});
  for (const auto& node : facts.numa) {
    const auto pools = joined(node.pools, ", ", [](const HugepagePool& pool) {
      return fmt::format("{} x {}", pool.pages, ByteSize::kib(pool.size_kb).str());
    });
    table.row(
        {fmt::format("node {}", node.id), node.cpus.empty() ? "none" : node.cpus.list(),
         node.total_kb ? gib(node.total_kb) : "none", gib(node.free_kb), pools});
  }
  return heading("NUMA nodes") + table.str();
}

std::string pfs_text(const Facts& facts) {
  Table table;
  for (const auto& f : facts.pci) {
    if (!f.sriov) continue;
    const auto ports = joined(f.ports, ",", &NetPort::name);
    table.row(
        {f.address.str(), fmt::format("{:04x}:{:04x}", f.vendor, f.device),
         f.driver.empty() ? "no driver" : f.driver, ports,
         f.node < 0 ? "no node" : fmt::format("node {}", f.node),
         fmt::format("{} of {} VFs", f.sriov->num_vfs, f.sriov->total_vfs), f.name});
  }
  return table.empty() ? "" : heading("PFs") + table.str();
}

std::string kernels_text(const Facts& facts) {
  Table table;
  for (const auto& kernel : facts.kernels)
    table.row(
        {kernel.release, kernel.running ? "running" : "",
         kernel.config_known ? "" : "configuration not known"});
  return table.empty() ? "" : heading("Kernels") + table.str();
}

std::string critical_text(const Facts& facts) {
  Table table;
  for (const auto& device : facts.critical)
    table.row({device.address.str(), device.perhaps ? "perhaps " + device.role : device.role});
  auto out = table.empty() ? "" : heading("Never touched") + table.str();
  Table unknown;
  for (const auto& carrier : facts.unknown_carriers)
    unknown.row({carrier.role, printable_line(carrier.what)});
  return unknown.empty() ? out : out + heading("Carried by an unknown device") + unknown.str();
}

std::string gaps_text(const Facts& facts) {
  std::string out;
  for (const auto& gap : facts.gaps)
    out += "  " + printable_line(gap) + "\n";
  return out.empty() ? out : heading("Not shown by this tree") + out;
}

}  // namespace

std::string facts_text(const Facts& facts) {
  return machine_text(facts) + nodes_text(facts) + pfs_text(facts) + kernels_text(facts) +
         critical_text(facts) + gaps_text(facts);
}

}  // namespace vfirst
