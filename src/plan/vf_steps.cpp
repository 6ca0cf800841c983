// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/vf_steps.hpp"

#include "base/text.hpp"
#include "plan/coalescing.hpp"
#include "plan/pf_port.hpp"
#include "plan/quirks.hpp"
#include "plan/selector.hpp"
#include "policy/vf_keys.hpp"

#include <algorithm>
#include <utility>

namespace vfirst {

namespace {

std::string reason_for(const VfDriver& driver) {
  if (driver.is_best())
    return driver.is_known() ? "for guests: the best vfio driver that the kernel has for them"
                             : "for guests: chosen in early boot, by the kernel's modules";
  switch (driver.kind()) {
    case VfDriver::Kind::keep: return "the host uses it";
    case VfDriver::Kind::none: return "the policy leaves it without a driver";
    case VfDriver::Kind::vfio: return "for guests";
    case VfDriver::Kind::other: break;
  }
  return "the policy names this driver";
}

}  // namespace

Result<std::vector<std::size_t>> VfSteps::set_up(std::size_t made) {
  std::vector<std::size_t> before_binding{made};
  SetVfAttributes attributes{pf().address, {}, port_of(section())};
  // One step sets what many keys ask for. It cites the first of them.
  Origin attributes_from;
  bool knob_reported = false;
  const bool by_controllers = has_secondary_controllers(pf().driver, pf().class_code);
  if (by_controllers && pf_.vfs) before_binding.push_back(controllers(made));
  for (unsigned i = 0; i < pf_.vfs; ++i) {
    const auto wish = draft_.vf_settings(section(), i);
    if (wish.queues && !by_controllers) {
      const auto* quirk = quirk_of_driver(pf().driver);
      if (quirk && quirk->vf_msix == DriverQuirk::Knob::no && !knob_reported) {
        draft_.add_finding(
            Severity::note, "vf-queues-fixed", Subject::device(pf().address),
            fmt::format(
                "{}: driver {} gives every VF the same number of vectors: vf-queues will have no "
                "effect",
                pf().address.str(), quirk->driver),
            {wish.queues->from});
        knob_reported = true;
      }
      before_binding.push_back(draft_.step(
          SetVfVectors{pf().address, i, wish.queues->value},
          "can be set only while no driver is bound to the VF", wish.queues->from, {made}, false));
    }
    if (auto one = VFIRST_TRY(attributes_of(i, wish, attributes_from)))
      attributes.vfs.push_back(*one);
  }
  infiniband_.report_missing();
  if (!attributes.vfs.empty()) {
    report_no_settings(attributes_from);
    if (has_port(pf()))
      before_binding.push_back(draft_.step(
          std::move(attributes), "set in one batch before a VF driver reads them", attributes_from,
          after_ipoib(made), required_));
    else
      report_no_port(draft_, pf_, attributes_from, "MAC, VLAN and the other VF attributes are");
  }
  return before_binding;
}

// The step stays in the plan, because the plan must not depend on whether the driver is bound yet.
void VfSteps::report_no_settings(const Origin& from) {
  if (has_port(pf()) && lacks_vf_settings(pf().driver))
    draft_.add_finding(
        Severity::warning, "vf-settings-unsupported", Subject::device(pf().address),
        fmt::format(
            "{}: driver {} has no settings for its VFs and will refuse their MAC addresses, VLANs, "
            "trust and the like: leave them out",
            pf().address.str(), pf().driver),
        {from});
}

// An InfiniBand port has no network interface without these modules.
std::vector<std::size_t> VfSteps::after_ipoib(std::size_t made) const {
  std::vector<std::size_t> out{made};
  if (is_infiniband(pf()))
    for (const auto name : words(infiniband_modules(pf().driver, pf().vendor)))
      if (const auto module = modules_.find(std::string(name)); module != modules_.end())
        out.push_back(module->second);
  std::ranges::sort(out);
  return out;
}

void VfSteps::place(const std::vector<std::size_t>& before) {
  for (unsigned i = 0; i < pf_.vfs; ++i)
    place(i, before);
}

Result<std::optional<SetVfAttributes::Vf>> VfSteps::attributes_of(
    unsigned index, const VfSettings& wish, Origin& from) {
  SetVfAttributes::Vf vf;
  vf.index = index;
  if (wish.mac && wish.mac->value.kind == MacRule::Kind::stable) vf.stable_mac = true;
  if (wish.mac && wish.mac->value.kind == MacRule::Kind::first) {
    const auto mac =
        wish.mac->value.first.plus(index - draft_.base_of(section(), index, &VfSettings::mac));
    if (!mac)
      return refuse(
          "{}VF {} of {}: {}", location_prefix(wish.mac->from), index, pf().address.str(),
          mac.error().what);
    vf.mac = *mac;
  }
  static_cast<VfAttributes&>(vf) = vfirst::attributes_of(wish);
  VFIRST_CHECK(add_guid(wish, vf));
  infiniband_.keep_what_it_has(wish, vf);
  if (vf.empty()) return std::optional<SetVfAttributes::Vf>{};
  if (from == Origin{}) from = origin_of_attributes(wish);
  return std::optional{vf};
}

std::optional<MacAddress> VfSteps::shown_mac(unsigned index, const VfSettings& wish) const {
  if (!wish.mac || !has_port(pf()) || is_infiniband(pf()) || lacks_vf_settings(pf().driver))
    return std::nullopt;
  if (wish.mac->value.kind == MacRule::Kind::first)
    if (const auto mac =
            wish.mac->value.first.plus(index - draft_.base_of(section(), index, &VfSettings::mac)))
      return *mac;
  if (wish.mac->value.kind == MacRule::Kind::stable)
    for (const auto* port : ports_of(section().match, pf()))
      if (port->permanent_mac) return port->permanent_mac->stable_vf(index);
  return std::nullopt;
}

Status VfSteps::add_guid(const VfSettings& wish, SetVfAttributes::Vf& vf) const {
  if (!wish.guid) return {};
  if (wish.guid->value.kind == GuidRule::Kind::stable) {
    vf.stable_guid = true;
    return {};
  }
  const auto first = draft_.base_of(section(), vf.index, &VfSettings::guid);
  const auto guid = wish.guid->value.first.plus(vf.index - first);
  if (!guid)
    return refuse(
        "{}VF {} of {}: {}", location_prefix(wish.guid->from), vf.index, pf().address.str(),
        guid.error().what);
  vf.guid = *guid;
  return {};
}

std::optional<Guid> VfSteps::shown_guid(unsigned index, const VfSettings& wish) const {
  SetVfAttributes::Vf vf;
  vf.index = index;
  if (!set_through_ipoib(pf(), wish) || !add_guid(wish, vf)) return std::nullopt;
  if (vf.stable_guid && pf().node_guid) return pf().node_guid->stable_vf(index);
  return vf.guid;
}

void VfSteps::report_hidden() {
  if (!std::exchange(hidden_reported_, true))
    draft_.add_finding(
        Severity::error, "vf-address", Subject::device(pf().address),
        fmt::format(
            "{}: this tree does not show the addresses of its VFs: they are created but not bound",
            pf().address.str()));
}

void VfSteps::place(unsigned index, const std::vector<std::size_t>& before) {
  const auto wish = draft_.vf_settings(section(), index);
  const auto driver = draft_.vf_driver(pf(), wish);
  // The plan has no VFs whose buses do not exist (creation.cpp).
  const auto address = pf().address.vf(index, pf().sriov->offset, pf().sriov->stride);
  if (pf().sriov->offset == 0 || (pf().sriov->stride == 0 && index > 0) || !address)
    return report_hidden();
  draft_.plan.vfs.push_back(
      {pf().address, index, *address, driver, shown_mac(index, wish), shown_guid(index, wish)});
  // Without an IOMMU it is made and not bound. iommu.cpp reports that.
  if (driver.is_vfio() && !draft_.iommu_possible()) return;
  auto after = before;
  if (const auto module = modules_.find(driver.name()); module != modules_.end())
    after.push_back(module->second);
  std::ranges::sort(after);
  const auto bound = draft_.step(
      BindDriver{pf().address, index, *address, driver}, reason_for(driver),
      wish.driver ? wish.driver->from : section().vfs->from, after, required_);
  if (const auto* from = origin_of_coalescing(wish))
    coalescing(index, *address, wish, driver, bound, *from);
}

// A VF on a vfio driver has no port here: its guest sets its own interrupts (role = guest).
void VfSteps::coalescing(
    unsigned index, const PciAddress& address, const VfSettings& wish, const VfDriver& driver,
    std::size_t bound, const Origin& from) {
  if (!is_nic(pf())) return report_no_port(draft_, pf_, from, "interrupt coalescing is");
  if (driver.is_vfio() || driver.is_none()) {
    draft_.add_finding(
        Severity::warning, "vf-without-port", Subject::device(address),
        fmt::format(
            "VF {} of {} ({}) has no network interface on this host: set its coalescing in its "
            "guest, with a policy that has role = guest",
            index, pf().address.str(), driver.phrase()),
        {from}, {Subject::device(pf().address)});
    return;
  }
  const auto up = draft_.step(
      BringUp{address}, "drivers refuse coalescing while the port is down", from, {bound}, false);
  // The kernel's choice is the driver of the PF's own family.
  const auto* quirk = quirk_of_driver(pf().driver);
  report_coalescing(
      draft_, address,
      driver.is_named() ? std::string_view(driver.name())
      : quirk           ? quirk->vf_driver
                        : std::string_view(),
      wish, required_);
  draft_.step(
      SetCoalescing{address, planned_coalescing(wish)}, reason_for_coalescing(wish), from, {up},
      required_);
}

}  // namespace vfirst
