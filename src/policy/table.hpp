// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The rows behind keys.hpp: the keys of each section, and the member that each key reads and
// writes. For src/policy.

#include "policy/keys.hpp"
#include "policy/match.hpp"
#include "policy/values.hpp"

#include <span>

namespace vfirst {

template <class Section>
struct KeyRow {
  PolicyKey info;
  Status (*read)(Section&, std::string_view, const Origin&);
  // Nothing where the key is not set.
  std::optional<std::string> (*print)(const Section&);
  // The value may continue over several lines.
  bool lines = false;
};

struct MatchRow {
  PolicyKey info;
  MatchKey key;
};

std::span<const MatchRow> match_rows();
std::span<const KeyRow<CpuPolicy>> cpu_rows();
// Without nodeN, for which there is node_key().
std::span<const KeyRow<HugepagePolicy>> hugepage_rows();
std::span<const KeyRow<IommuPolicy>> iommu_rows();
std::span<const KeyRow<PowerPolicy>> power_rows();
std::span<const KeyRow<KernelPolicy>> kernel_rows();
// Without the vf- keys, for which there is vf_rows().
std::span<const KeyRow<PfPolicy>> pf_rows();
std::span<const KeyRow<VfSettings>> vf_rows();
std::span<const KeyRow<BootPolicy>> boot_rows();

// "node3" gives 3.
std::optional<unsigned> node_key(std::string_view key);

}  // namespace vfirst
