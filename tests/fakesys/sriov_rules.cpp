// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakesys/sriov_rules.hpp"

#include <algorithm>
#include <map>

namespace vfirst::fake {

namespace {

using Ails = Pf::Ails;
constexpr int kENOTSUPP = 524;

struct SriovRule {
  Ails ails;
  int error = 0;
  // Of the VFs that are asked for, where there is no error.
  enum class Makes { none, half, all_there_are, if_up } makes = Makes::none;
};
using Makes = SriovRule::Makes;

// `nothing`: what the driver does with a device that is well.
const std::multimap<std::string, SriovRule> kSriovRules = {
    {"ice", {Ails::safe_mode, EOPNOTSUPP}},
    {"ice", {Ails::not_ready, EBUSY}},
    {"ice", {Ails::too_few_resources, ENOSPC}},
    {"ice", {Ails::vfs_do_not_start, EAGAIN}},
    {"i40e", {Ails::not_ready, EAGAIN}},
    {"i40e", {Ails::too_few_resources, EPERM}},
    {"idpf", {Ails::no_sriov, EOPNOTSUPP}},
    {"igb", {Ails::no_msix, EPERM}},
    {"ixgbe", {Ails::too_few_resources, EPERM}},
    {"bnx2x", {Ails::nothing, EINVAL, Makes::if_up}},
    {"bnx2x", {Ails::too_few_resources, 0, Makes::half}},
    {"bnxt_en", {Ails::nothing, 0, Makes::if_up}},
    {"bnxt_en", {Ails::not_ready, 0, Makes::none}},
    {"bnxt_en", {Ails::too_few_resources, 0, Makes::half}},
    {"mlx4_core", {Ails::nothing, ENOENT}},
    {"enic", {Ails::nothing, ENOENT}},
    {"vfio-pci", {Ails::nothing, ENOENT}},
    {"i915", {Ails::nothing, ENOENT}},
    {"nvidia", {Ails::nothing, ENOENT}},
    {"nouveau", {Ails::nothing, ENOENT}},
    {"amdgpu", {Ails::nothing, ENOENT}},
    {"gim", {Ails::nothing, ENOENT}},
    {"lpfc", {Ails::nothing, ENOENT}},
    {"nicpf", {Ails::nothing, ENOENT}},
    {"rvu_af", {Ails::nothing, ENOENT}},
    {"thunder-cpt", {Ails::nothing, ENOENT}},
    {"sfc_ef100", {Ails::no_sriov, ENOENT}},
    {"virtio-pci", {Ails::not_ready, EBUSY}},
    {"virtio-pci", {Ails::no_sriov, EINVAL}},
    {"xe", {Ails::not_pf_mode, ENODEV}},
    {"hns3", {Ails::kernel_refuses, 0, Makes::none}},
    {"be2net", {Ails::kernel_refuses, 0, Makes::none}},
    {"cxgb4", {Ails::not_started, EOPNOTSUPP}},
    {"cxgb4", {Ails::no_ari, kENOTSUPP}},
    {"LiquidIO", {Ails::too_few_resources, EPERM}},
    {"LiquidIO", {Ails::kernel_refuses, 0, Makes::none}},
    {"CNN55XX", {Ails::wrong_number, EINVAL}},
    {"amdxdna", {Ails::no_sriov, ENOENT}},
    {"sfc_siena", {Ails::no_sriov, EOPNOTSUPP}},
    {"octeon_ep", {Ails::too_few_resources, EINVAL}},
    {"nfp", {Ails::too_few_resources, EINVAL}},
    {"nfp", {Ails::not_started, ENOENT}},
    {"qede", {Ails::too_few_resources, EINVAL}},
    {"qede", {Ails::no_sriov, EOPNOTSUPP}},
    {"qede", {Ails::not_ready, EBUSY}},
    {"qlcnic", {Ails::not_ready, EBUSY}},
    {"qlcnic", {Ails::no_msix, EIO}},
    {"ionic", {Ails::not_ready, EBUSY}},
    {"hinic", {Ails::not_ready, EPERM}},
    {"ngbe", {Ails::hash_table_set, EBUSY}},
    {"txgbe", {Ails::hash_table_set, EBUSY}},
    {"sfc", {Ails::no_sriov, EOPNOTSUPP}},
    {"dfl-pci", {Ails::in_use, EINVAL}},
};

// adf_sriov_configure() of each QAT driver.
const std::vector<SriovRule> kQatRules = {
    {Ails::nothing, 0, Makes::all_there_are},
    {Ails::no_iommu, EINVAL},
    {Ails::not_started, EFAULT},
    {Ails::in_use, EBUSY},
};
constexpr const char* kQat[] = {"4xxx", "420xx", "6xxx", "c6xx", "c3xxx", "dh895xcc"};

const SriovRule* rule_of(const Pf& pf) {
  if (std::ranges::find(kQat, pf.driver) != std::end(kQat)) {
    const auto rule = std::ranges::find(kQatRules, pf.ails, &SriovRule::ails);
    return rule == kQatRules.end() ? nullptr : &*rule;
  }
  for (auto [at, end] = kSriovRules.equal_range(pf.driver); at != end; ++at)
    if (at->second.ails == pf.ails) return &at->second;
  return nullptr;
}

}  // namespace

Configured sriov_configure(const Pf& pf, unsigned count) {
  const auto* rule = rule_of(pf);
  if (!rule) return {0, count};
  if (rule->makes == Makes::if_up && pf.up) return {0, count};
  if (rule->error) return {rule->error, 0};
  switch (rule->makes) {
    case Makes::half: return {0, count / 2};
    case Makes::all_there_are: return {0, pf.total};
    default: return {0, 0};
  }
}

std::vector<Trouble> all_troubles() {
  std::vector<Trouble> out;
  for (const auto& [driver, rule] : kSriovRules)
    out.push_back({driver, rule.ails});
  for (const auto* driver : kQat)
    for (const auto& rule : kQatRules)
      out.push_back({driver, rule.ails});
  return out;
}

}  // namespace vfirst::fake
