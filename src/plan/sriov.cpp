// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that make VFs and set their PFs up. Each waits for the steps that it needs.
#include "base/driver_name.hpp"
#include "base/words.hpp"
#include "plan/coalescing.hpp"
#include "plan/draft.hpp"
#include "plan/quirks.hpp"
#include "plan/selector.hpp"
#include "policy/vf_keys.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace vfirst {

namespace {

bool is_nic(const PciFunction& f) {
  return f.class_code >> 16 == 0x02;
}

// A port in InfiniBand mode. Its VFs have GUIDs and no MAC addresses. Its netdev, if any, comes
// from ib_ipoib, which no VF waits for.
bool is_infiniband(const PciFunction& f) {
  return f.class_code >> 8 == 0x0207;
}

// Does the host have a network interface for it? A PF on a vfio driver belongs to a guest or to a
// program in user space.
bool has_port(const PciFunction& f) {
  return is_nic(f) && !is_vfio_driver(f.driver);
}

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

class PfSteps {
 public:
  PfSteps(
      Draft& draft, const ChosenPf& pf, const std::map<std::string, std::size_t>& modules,
      std::vector<std::size_t> first)
      : draft_(draft),
        pf_(pf),
        modules_(modules),
        first_(std::move(first)),
        required_(value_or(pf.section->required, true)) {}

  Status add() {
    if (!wants_anything()) return {};
    if (is_vfio_driver(pf().driver)) report_given_away();
    ready_ = {draft_.step(
        AwaitDriver{pf().address, ""}, "its driver creates the VFs and the queues",
        pf_.section->from, first_, required_)};
    const bool late_switch = switched() && pf_.vfs && !eswitch_before_vfs(pf().driver, pf().vendor);
    // mlx5 takes the port away when the mode changes, and makes a new one: that one is brought up.
    const bool late_port = late_switch && !up_before_vfs(pf().driver, pf().vendor);
    if (section().eswitch && !switched()) no_port(section().eswitch->from, "eswitch is");
    if (switched()) report_eswitch();
    if (switched() && !late_switch)
      ready_ = {eswitch("this driver can change it only while it has no VF", ready_)};
    if (!late_port) bring_up();
    VFIRST_CHECK(make_vfs(late_switch));
    if (late_port) bring_up();
    queues_and_irqs();
    return {};
  }

 private:
  const PciFunction& pf() const { return *pf_.function; }
  const PfPolicy& section() const { return *pf_.section; }
  PortChoice port() const {
    const auto& match = section().match;
    PortChoice out;
    if (match.port) out.port = match.port->value;
    if (match.ifname) out.ifname = match.ifname->value;
    if (match.mac) out.mac = match.mac->value;
    return out;
  }
  bool coalescing() const { return origin_of_coalescing(section()) != nullptr; }
  bool switched() const { return section().eswitch && has_port(pf()); }
  std::size_t eswitch(std::string because, std::vector<std::size_t> after) {
    return draft_.step(
        SetEswitch{pf().address, section().eswitch->value}, std::move(because),
        section().eswitch->from, std::move(after), required_);
  }
  bool wants_anything() const {
    return pf_.manage_vfs || switched() || coalescing() || section().queues ||
           !pf_.irq_cpus.empty();
  }

  void no_port(const Origin& from, std::string_view what) {
    if (is_nic(pf()))
      draft_.add_finding(
          required_ ? Severity::error : Severity::warning, "pf-without-port",
          Subject::device(pf().address),
          fmt::format(
              "{} is on {} and has no network interface on this host: {} left out",
              pf().address.str(), pf().driver, what),
          {from});
    else
      draft_.add_finding(
          Severity::warning, "not-a-nic", Subject::device(pf().address),
          fmt::format("{} is not a network device: {} left out", pf().address.str(), what), {from});
  }

  // drivers/vfio/pci/vfio_pci.c, vfio_pci_sriov_configure(): ENOENT without enable_sriov. The
  // variant drivers have no sriov_configure. The steps stay in the plan: at the next boot another
  // driver may come first.
  void report_given_away() {
    const bool generic = same_driver_name(pf().driver, kVfioPci);
    draft_.add_finding(
        required_ && !generic ? Severity::error : Severity::warning, "pf-on-vfio",
        Subject::device(pf().address),
        fmt::format(
            "{} is bound to {}, a driver for guests: it has no port and no queues on this host, "
            "and {}; bind it to its own driver",
            pf().address.str(), pf().driver,
            generic ? "creates VFs only where that driver has the parameter enable_sriov=1"
                    : "creates no VFs"),
        {pf_.section->from});
  }

  // The step stays in the plan, because the plan must not depend on whether the driver is bound
  // yet.
  void report_eswitch() {
    if (section().eswitch->value == "switchdev" && lacks_eswitch(pf().driver))
      draft_.add_finding(
          Severity::warning, "eswitch-unsupported", Subject::device(pf().address),
          fmt::format(
              "{}: driver {} has only the legacy mode of its embedded switch and will refuse "
              "eswitch = switchdev",
              pf().address.str(), pf().driver),
          {section().eswitch->from});
  }

  // The steps do not depend on whether a driver is bound: in the initramfs none may be, and the
  // plan must be the same.
  void bring_up() {
    if (!has_port(pf()) || is_infiniband(pf())) return;
    const auto up = [&](std::string why, const Origin& from) {
      ready_ = {
          draft_.step(BringUp{pf().address, port()}, std::move(why), from, ready_, required_)};
    };
    const auto mac = admin_mac_line();
    if (pf_.vfs && up_before_vfs(pf().driver, pf().vendor))
      up("this driver creates no VF while its port is down", section().vfs->from);
    else if (mac && up_before_mac(pf().driver, pf().vendor))
      up("drivers lose a VF's MAC that is set while the port is down", *mac);
    else if (!pf_.irq_cpus.empty())
      up("a port's interrupts exist only while it is up", section().irq->from);
    else if (coalescing())
      up("drivers refuse coalescing while the port is down", *origin_of_coalescing(section()));
  }

  // The line that gives the first VF a MAC of ours; nothing where no VF gets one.
  std::optional<Origin> admin_mac_line() const {
    for (unsigned i = 0; i < pf_.vfs; ++i)
      if (const auto mac = draft_.vf_settings(section(), i).mac;
          mac && mac->value.kind != MacRule::Kind::automatic)
        return mac->from;
    return std::nullopt;
  }

  Status make_vfs(bool late_switch) {
    if (!pf_.manage_vfs) return {};
    const auto from = section().vfs->from;
    const auto made = draft_.step(
        CreateVfs{pf().address, pf_.vfs, value_or(section().allow_recreate, false)},
        section().vfs->value.number ? "as many as the policy asks for"
                                    : "as many as the hardware has",
        from, ready_, required_);
    if (pf_.vfs && is_infiniband(pf()))
      draft_.add_finding(
          Severity::warning, "infiniband-guids", Subject::device(pf().address),
          fmt::format(
              "{} is an InfiniBand port: its VFs have no GUIDs, and no link, until something sets "
              "them (ip link set PORT vf N node_guid GUID and port_guid GUID)",
              pf().address.str()),
          {from});
    std::vector<std::size_t> before_binding{made};
    SetVfAttributes attributes{pf().address, {}, port()};
    // One step sets what many keys ask for. It cites the first of them.
    Origin attributes_from;
    bool knob_reported = false;
    for (unsigned i = 0; i < pf_.vfs; ++i) {
      const auto wish = draft_.vf_settings(section(), i);
      if (wish.queues) {
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
            "can be set only while no driver is bound to the VF", wish.queues->from, {made},
            false));
      }
      if (auto one = VFIRST_TRY(attributes_of(i, wish, attributes_from)))
        attributes.vfs.push_back(std::move(*one));
    }
    if (!attributes.vfs.empty()) {
      if (has_port(pf()))
        before_binding.push_back(draft_.step(
            std::move(attributes), "set in one batch before a VF driver reads them",
            attributes_from, {made}, required_));
      else
        no_port(attributes_from, "MAC, VLAN and the other VF attributes are");
    }
    if (late_switch)
      before_binding.push_back(eswitch(
          "this driver can change it only after its VFs exist and before they have drivers",
          before_binding));
    for (unsigned i = 0; i < pf_.vfs; ++i)
      place_vf(i, before_binding);
    ready_ = {made};
    if (before_binding.size() > 1 && has_port(pf())) ready_.push_back(before_binding.back());
    return {};
  }

  Result<std::optional<SetVfAttributes::Vf>> attributes_of(
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
  void leave_link_state(const VfSettings& wish, SetVfAttributes::Vf& vf) {
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

  std::optional<MacAddress> shown_mac(unsigned index, const VfSettings& wish) const {
    if (!wish.mac || !has_port(pf()) || is_infiniband(pf())) return std::nullopt;
    if (wish.mac->value.kind == MacRule::Kind::first)
      if (const auto mac = wish.mac->value.first.plus(index - draft_.mac_base(section(), index)))
        return *mac;
    if (wish.mac->value.kind == MacRule::Kind::stable)
      for (const auto* port : ports_of(section().match, pf()))
        if (port->permanent_mac) return port->permanent_mac->stable_vf(index);
    return std::nullopt;
  }

  void place_vf(unsigned index, const std::vector<std::size_t>& before) {
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
      vf_coalescing(index, *address, wish, driver, bound, *from);
  }

  // A VF on a vfio driver has no port here: its guest sets its own interrupts (role = guest).
  void vf_coalescing(
      unsigned index, const PciAddress& address, const VfSettings& wish, const VfDriver& driver,
      std::size_t bound, const Origin& from) {
    if (!is_nic(pf())) return no_port(from, "interrupt coalescing is");
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

  // These steps come last: with some drivers (igb), making VFs resets the port, its queues and its
  // interrupts.
  void queues_and_irqs() {
    if (section().queues) {
      if (has_port(pf()))
        ready_ = {draft_.step(
            SetQueues{pf().address, section().queues->value, port()},
            "queues for the host's own traffic on this port", section().queues->from, ready_,
            required_)};
      else
        no_port(section().queues->from, "queues is");
    }
    if (const auto* from = origin_of_coalescing(section())) {
      if (has_port(pf())) {
        report_coalescing(draft_, pf().address, pf().driver, section(), required_);
        draft_.step(
            SetCoalescing{pf().address, planned_coalescing(section()), port()},
            reason_for_coalescing(section()), *from, ready_, required_);
      } else {
        no_port(*from, "interrupt coalescing is");
      }
    }
    if (!pf_.irq_cpus.empty() && is_nic(pf()) && !has_port(pf()))
      return no_port(section().irq->from, "irq is");
    if (!pf_.irq_cpus.empty()) {
      const bool managed = managed_irqs(pf().driver, pf().class_code);
      if (managed)
        draft_.add_finding(
            Severity::note, "irq-managed", Subject::device(pf().address),
            fmt::format(
                "{}: the kernel places its interrupts; isolcpus=managed_irq keeps them off "
                "isolated CPUs",
                pf().address.str()),
            {section().irq->from}, {Subject::argument("isolcpus")});
      draft_.step(
          PinIrqs{pf().address, pf_.irq_cpus},
          fmt::format(
              "CPUs that the host keeps{}",
              draft_.has_node(pf().node) ? fmt::format(", near node {}", pf().node) : ""),
          section().irq->from, ready_, required_ && !managed);
    }
  }

  Draft& draft_;
  const ChosenPf& pf_;
  const std::map<std::string, std::size_t>& modules_;
  std::vector<std::size_t> first_, ready_;
  bool required_;
  bool infiniband_reported_ = false;
};

// A step for each module of VF drivers, by the driver's name. What the policy names comes first,
// because what a kernel chooses for `vfio` may be another driver on another kernel.
std::map<std::string, std::size_t> load_modules(Draft& draft) {
  std::map<std::string, std::size_t> out;
  for (const bool chosen : {false, true})
    for (const auto& pf : draft.pfs)
      for (unsigned i = 0; i < pf.vfs; ++i) {
        const auto wish = draft.vf_settings(*pf.section, i);
        const auto driver = draft.vf_driver(*pf.function, wish);
        if (!driver.is_named() || driver.is_best() != chosen || out.contains(driver.name()) ||
            (driver.is_vfio() && !draft.iommu_possible()))
          continue;
        out[driver.name()] = draft.step(
            LoadModule{driver.name()},
            driver.is_known() ? "driver of the VFs"
                              : "driver of the VFs if early boot finds no better one",
            wish.driver->from, {});
      }
  return out;
}

}  // namespace

Status plan_sriov(Draft& draft) {
  std::vector<std::size_t> first;
  if (!draft.plan.isolated.empty()) {
    const auto host = draft.next.interrupt_cpus(draft.plan.isolated);
    first.push_back(draft.step(
        SetDefaultIrqAffinity{host}, "set before any driver requests an interrupt",
        draft.policy.cpu.isolate->from, {}));
  }
  const auto modules = load_modules(draft);
  for (const auto& pf : draft.pfs) {
    draft.plan.pfs.push_back(
        {pf.section->name, pf.function->address, pf.function->driver, pf.function->node, pf.vfs,
         value_or(pf.section->required, true)});
    VFIRST_CHECK(PfSteps(draft, pf, modules, first).add());
  }
  return {};
}

}  // namespace vfirst
