// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/vf_steps.hpp"

#include "base/words.hpp"
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
      attributes.vfs.push_back(std::move(*one));
  }
  if (!attributes.vfs.empty()) {
    if (has_port(pf()))
      before_binding.push_back(draft_.step(
          std::move(attributes), "set in one batch before a VF driver reads them", attributes_from,
          {made}, required_));
    else
      report_no_port(draft_, pf_, attributes_from, "MAC, VLAN and the other VF attributes are");
  }
  return before_binding;
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
    const auto mac = wish.mac->value.first.plus(index - draft_.mac_base(section(), index));
    if (!mac)
      return refuse(
          "{}VF {} of {}: {}", location_prefix(wish.mac->from), index, pf().address.str(),
          mac.error().what);
    vf.mac = *mac;
  }
  static_cast<VfAttributes&>(vf) = vfirst::attributes_of(wish);
  if (is_infiniband(pf())) leave_link_state(wish, vf);
  if (vf.empty() && !vf.stable_mac) return std::optional<SetVfAttributes::Vf>{};
  if (from == Origin{}) from = origin_of_attributes(wish);
  return std::optional{std::move(vf)};
}

// Of what an Ethernet port keeps for its VFs, an InfiniBand port has the link state alone
// (drivers/infiniband/ulp/ipoib/ipoib_main.c, ipoib_netdev_ops_pf).
void VfSteps::leave_link_state(const VfSettings& wish, SetVfAttributes::Vf& vf) {
  std::string names;
  if (vf.mac || vf.stable_mac) append_to_list(names, "mac");
  for_each_attribute([&](const auto& row) {
    if (vf.*row.payload && row.key != "link-state") append_to_list(names, row.key);
  });
  if (!names.empty() && !std::exchange(infiniband_reported_, true))
    draft_.add_finding(
        required_ ? Severity::error : Severity::warning, "infiniband-attributes",
        Subject::device(pf().address),
        fmt::format(
            "{} is an InfiniBand port, whose VFs have no MAC address, VLAN, trust, spoof check "
            "or "
            "rate: leave {} out",
            pf().address.str(), names),
        {origin_of_attributes(wish)});
  SetVfAttributes::Vf out;
  out.index = vf.index;
  out.link_state = vf.link_state;
  vf = out;
}

std::optional<MacAddress> VfSteps::shown_mac(unsigned index, const VfSettings& wish) const {
  if (!wish.mac || !has_port(pf()) || is_infiniband(pf())) return std::nullopt;
  if (wish.mac->value.kind == MacRule::Kind::first)
    if (const auto mac = wish.mac->value.first.plus(index - draft_.mac_base(section(), index)))
      return *mac;
  if (wish.mac->value.kind == MacRule::Kind::stable)
    for (const auto* port : ports_of(section().match, pf()))
      if (port->permanent_mac) return port->permanent_mac->stable_vf(index);
  return std::nullopt;
}

void VfSteps::place(unsigned index, const std::vector<std::size_t>& before) {
  const auto wish = draft_.vf_settings(section(), index);
  const auto driver = draft_.vf_driver(pf(), wish);
  const auto address = pf().sriov->stride || index == 0
                           ? pf().address.vf(index, pf().sriov->offset, pf().sriov->stride)
                           : Result<PciAddress>(refuse("its VF stride is 0"));
  if (pf().sriov->offset == 0 || !address) {
    if (index == 0 || pf().sriov->offset != 0)
      draft_.add_finding(
          Severity::error, "vf-address", Subject::device(pf().address),
          pf().sriov->offset == 0 ? fmt::format(
                                        "{}: this tree does not show the addresses of its VFs: "
                                        "they are created but not bound",
                                        pf().address.str())
                                  : fmt::format(
                                        "{}: VF {} has no address: {}", pf().address.str(), index,
                                        address.error().what));
    return;
  }
  draft_.plan.vfs.push_back({pf().address, index, *address, driver, shown_mac(index, wish)});
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
