// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The steps that set VFs up, once their PF has made them.

#include "plan/draft.hpp"
#include "plan/infiniband.hpp"

#include <map>
#include <string>
#include <vector>

namespace vfirst {

class VfSteps {
 public:
  // `modules`: the steps that load the VFs' drivers, by driver, and further modules by name. All
  // three must outlive it.
  VfSteps(Draft& draft, const ChosenPf& pf, const std::map<std::string, std::size_t>& modules)
      : draft_(draft),
        pf_(pf),
        modules_(modules),
        required_(value_or(pf.section->required, true)),
        infiniband_(draft, pf) {}

  // Vectors and attributes of all VFs, which are set after the step `made` and before a driver is
  // bound to them. Returns `made` and these steps. Refused where a VF's MAC address cannot be.
  Result<std::vector<std::size_t>> set_up(std::size_t made);
  // Writes down where each VF is, and has its driver bound after `before`.
  void place(const std::vector<std::size_t>& before);

 private:
  const PciFunction& pf() const { return *pf_.function; }
  const PfPolicy& section() const { return *pf_.section; }
  Result<std::optional<SetVfAttributes::Vf>> attributes_of(
      unsigned index, const VfSettings& wish, Origin& from);
  // The step that hands out queues to the controllers of all VFs; what can be said of it before.
  std::size_t controllers(std::size_t made);
  // Reports that the driver will refuse what is asked for VFs. `from`: the first of it.
  void report_no_settings(const Origin& from);
  void leave_link_state(const VfSettings& wish, SetVfAttributes::Vf& vf);
  // Refused where the GUIDs run over.
  Status add_guid(const VfSettings& wish, SetVfAttributes::Vf& vf) const;
  std::vector<std::size_t> after_ipoib(std::size_t made) const;
  std::optional<MacAddress> shown_mac(unsigned index, const VfSettings& wish) const;
  std::optional<Guid> shown_guid(unsigned index, const VfSettings& wish) const;
  // Once: VFs have no address that is known.
  void report_hidden();
  void place(unsigned index, const std::vector<std::size_t>& before);
  void coalescing(
      unsigned index, const PciAddress& address, const VfSettings& wish, const VfDriver& driver,
      std::size_t bound, const Origin& from);

  Draft& draft_;
  const ChosenPf& pf_;
  const std::map<std::string, std::size_t>& modules_;
  const bool required_;
  InfinibandCheck infiniband_;
  bool hidden_reported_ = false;
};

}  // namespace vfirst
