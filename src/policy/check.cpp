// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/check.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::string range_name(const VfRange& range) {
  return range.first == range.last
             ? fmt::format("[vf {} {}]", range.pf, range.first)
             : fmt::format("[vf {} {}-{}]", range.pf, range.first, range.last);
}

Status check_rates(const VfSettings& vf) {
  if (!vf.min_rate_mbps || !vf.max_rate_mbps || vf.max_rate_mbps->value == 0) return {};
  if (vf.min_rate_mbps->value <= vf.max_rate_mbps->value) return {};
  return refuse(
      "{}: min-rate {} is above the max-rate {} of {}", vf.min_rate_mbps->from.str(),
      vf.min_rate_mbps->value, vf.max_rate_mbps->value, vf.max_rate_mbps->from.str());
}

}  // namespace

Status check_file(Policy& policy, std::string_view name) {
  auto& cpu = policy.cpu;
  if (!cpu.reserved || !cpu.reserved_cores_per_node) return {};
  const bool list_here = cpu.reserved->from.file == name,
             cores_here = cpu.reserved_cores_per_node->from.file == name;
  if (list_here && cores_here)
    return refuse(
        "{}: 'reserved' and 'reserved-cores-per-node' (line {}) both set the reserved CPUs; keep "
        "one",
        cpu.reserved->from.str(), cpu.reserved_cores_per_node->from.line);
  if (list_here)
    cpu.reserved_cores_per_node.reset();
  else
    cpu.reserved.reset();
  return {};
}

Status check_policy(Policy& policy, const std::vector<std::string>& elsewhere) {
  for (const auto& pf : policy.pfs) {
    if (pf.match.empty())
      return refuse(
          "{}: [pf {}] selects nothing; add pci, vendor, device, subsystem, driver, mac, slot, "
          "node, port or ifname",
          pf.from.str(), pf.name);
    VFIRST_CHECK(check_rates(pf.vf));
  }
  const auto find = [&](const VfRange& range) {
    return std::find_if(policy.pfs.begin(), policy.pfs.end(), [&](const PfPolicy& pf) {
      return pf.name == range.pf;
    });
  };
  std::erase_if(policy.vf_ranges, [&](const VfRange& range) {
    return find(range) == policy.pfs.end() &&
           std::find(elsewhere.begin(), elsewhere.end(), range.pf) != elsewhere.end();
  });
  for (std::size_t i = 0; i < policy.vf_ranges.size(); ++i) {
    const auto& range = policy.vf_ranges[i];
    const auto pf = find(range);
    if (pf == policy.pfs.end())
      return refuse("{}: {}: there is no [pf {}]", range.from.str(), range_name(range), range.pf);
    if (pf->vfs && pf->vfs->value.number && range.last >= *pf->vfs->value.number)
      return refuse(
          "{}: {}: the PF has {} VFs ({})", range.from.str(), range_name(range),
          *pf->vfs->value.number, pf->vfs->from.str());
    VFIRST_CHECK(check_rates(range.vf));
    for (std::size_t j = 0; j < i; ++j) {
      const auto& other = policy.vf_ranges[j];
      if (other.pf == range.pf && other.first <= range.last && range.first <= other.last)
        return refuse(
            "{}: {} overlaps {} ({})", range.from.str(), range_name(range), range_name(other),
            other.from.str());
    }
  }
  return {};
}

}  // namespace vfirst
