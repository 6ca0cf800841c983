// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"

#include "facts/readers.hpp"

namespace vfirst {

namespace {

using LoaderReader =
    void (*)(const Root&, const std::vector<facts::Mount>&, BootFacts&, facts::Gaps&);

Result<Facts> read(const Root& root, const ReadOptions& options, LoaderReader loader) {
  Facts facts;
  facts.cpu = VFIRST_TRY(facts::read_cpus(root, facts.gaps));
  facts.memory = facts::read_memory(root, facts.cpu, facts.gaps);
  facts.numa = facts::read_nodes(root, facts.cpu, facts.memory, facts.gaps);
  facts.iommu = facts::read_iommu(root, facts.gaps);
  facts::read_pci(root, options, facts);
  facts.kernels = facts::read_kernels(root, options, facts.pci, facts.gaps);
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
  return read(root, options, facts::read_loader);
}

Result<Facts> read_machine(const Root& root, const ReadOptions& options) {
  return read(root, options, nullptr);
}

}  // namespace vfirst
