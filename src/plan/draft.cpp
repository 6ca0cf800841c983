// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/draft.hpp"

#include "base/driver_name.hpp"
#include "base/sentence.hpp"

#include "plan/simulated.hpp"
#include "policy/vf_keys.hpp"

namespace vfirst {

VfSettings Draft::vf_settings(const PfPolicy& section, unsigned index) const {
  auto out = section.vf;
  for (const auto& range : policy.vf_ranges) {
    if (range.pf != section.name || index < range.first || index > range.last) continue;
    override_with(out, range.vf);
  }
  return out;
}

VfDriver Draft::vf_driver(const PciFunction& pf, const VfSettings& vf) const {
  const auto wish = value_or(vf.driver, VfDriver());
  return wish.is_best() ? best_driver(*steps_kernel, pf) : wish;
}

VfDriver best_driver(const Kernel& kernel, const PciFunction& pf) {
  if (!kernel.modules_known) return VfDriver::best();
  // A document may hold any names, and only a driver that is known by its name for a vfio driver is
  // one everywhere else.
  if (const auto found = kernel.vfio_modules.find(pf.address.str());
      found != kernel.vfio_modules.end())
    for (const auto& module : found->second)
      if (is_vfio_driver(module) && VfDriver::parse(module)) return VfDriver::best_is(module);
  // From Linux 5.16 on vfio_pci itself has such an alias, for every device. Without any, the facts
  // are of an older vfirst, or do not have the VFs' device ID.
  const bool before_aliases = kernel.version.known() && kernel.version < KernelVersion{5, 16};
  return before_aliases ? VfDriver::best_is(kVfioPci) : VfDriver::best();
}

const Setting<VfDriver>* Draft::vfio_setting() const {
  for (const auto& pf : pfs) {
    const auto gives_to_guest = [&](const VfSettings& vf) {
      return vf.driver && vf.driver->value.is_vfio();
    };
    for (unsigned i = 0; i < pf.vfs; ++i) {
      if (!gives_to_guest(vf_settings(*pf.section, i))) continue;
      for (const auto& range : policy.vf_ranges)
        if (range.pf == pf.section->name && i >= range.first && i <= range.last &&
            gives_to_guest(range.vf))
          return &*range.vf.driver;
      return &*pf.section->vf.driver;
    }
  }
  return nullptr;
}

bool Draft::iommu_possible() const {
  const auto& iommu = facts.iommu;
  return iommu.active() || iommu.dmar || iommu.ivrs || iommu.iort || !iommu.tables_known;
}

std::vector<const Kernel*> Draft::target_kernels() const {
  std::vector<const Kernel*> out{&kernel};
  if (kernel_named) return out;
  for (const auto& other : facts.kernels)
    if (other.release != kernel.release) out.push_back(&other);
  return out;
}

KernelArg Draft::arg(KernelArg arg, std::string because, const Origin& policy_line) {
  plan.kargs.push_back({arg, sentence(std::move(because)), policy_line});
  return arg;
}

KernelArg Draft::arg(
    std::string_view key, std::optional<std::string_view> value, std::string because,
    const Origin& policy_line) {
  // The planner's own values hold no quote, so this is never refused.
  return arg(make_arg(key, value).value(), std::move(because), policy_line);
}

void Draft::add_finding(
    Severity severity, std::string code, Subject subject, std::string message,
    std::vector<Origin> sources, std::vector<Subject> related) {
  std::erase_if(sources, [](const Origin& source) { return source.file.empty(); });
  plan.findings.push_back(
      {severity,
       std::move(code),
       std::move(subject),
       sentence(std::move(message)),
       std::move(sources),
       std::move(related),
       {}});
}

std::size_t Draft::step(
    Action action, std::string because, const Origin& policy_line, std::vector<std::size_t> after,
    bool required) {
  plan.steps.push_back(
      {std::move(action), sentence(std::move(because)), policy_line, std::move(after), required});
  return plan.steps.size() - 1;
}

void Draft::expect(Want want, std::vector<KernelArg> asked, const Origin& policy_line) {
  plan.expectations.push_back({std::move(want), std::move(asked), policy_line});
}

std::string location_prefix(const Origin& origin) {
  return origin.file.empty() ? std::string() : origin.str() + ": ";
}

CommandLine Draft::foreign_arguments() const {
  return foreign_line(facts, plan);
}

}  // namespace vfirst
