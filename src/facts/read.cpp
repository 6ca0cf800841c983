// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"

#include "facts/firmware.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using LoaderReader =
    void (*)(const Root&, const std::vector<facts::Mount>&, BootFacts&, facts::Gaps&);

std::optional<std::vector<std::string>> packages_for_ice(const Root& root, const Facts& facts) {
  if (std::ranges::none_of(facts.pci, [](const PciFunction& f) { return f.driver == "ice"; }))
    return std::nullopt;
  std::vector<std::string> releases;
  for (const auto& kernel : facts.kernels)
    releases.push_back(kernel.release);
  return ice_packages(root, releases);
}

Result<Facts> read(const Root& root, const ReadOptions& options, LoaderReader loader) {
  Facts facts;
  facts.cpu = VFIRST_TRY(facts::read_cpus(root, facts.gaps));
  facts.memory = facts::read_memory(root, facts.cpu, facts.gaps);
  facts.numa = facts::read_nodes(root, facts.cpu, facts.memory, facts.gaps);
  facts.iommu = facts::read_iommu(root, facts.gaps);
  facts::read_pci(root, options, facts);
  facts.kernels = facts::read_kernels(root, options, facts.pci, facts.gaps);
  facts.ice_packages = packages_for_ice(root, facts);
  const auto mounts = facts::read_mounts(root);
  facts::read_zfs(root, mounts, facts.memory);
  facts.dmi = facts::read_dmi(root);
  facts.boot = facts::read_boot(root, mounts, facts.gaps);
  if (loader) loader(root, mounts, facts.boot, facts.gaps);
  facts::read_critical(root, mounts, facts.boot, facts);
  facts.neighbours = facts::read_neighbours(root);
  facts.guests = facts::read_guests(root, facts.neighbours);
  facts.hostname = facts::text_of(root, "proc/sys/kernel/hostname");
  return facts;
}

}  // namespace

Result<Facts> read_facts(const Root& root, const ReadOptions& options) {
  auto facts = read(root, options, facts::read_loader);
  // Not for read_machine: the plan has the same steps without it, and a boot waits for no disk.
  if (facts) facts::read_nvme(root, *facts);
  return facts;
}

Result<Facts> read_machine(const Root& root, const ReadOptions& options) {
  return read(root, options, nullptr);
}

}  // namespace vfirst
