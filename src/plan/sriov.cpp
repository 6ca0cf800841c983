// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that make VFs and set their PFs up. Each waits for the steps that it needs.
#include "base/text.hpp"
#include "plan/coalescing.hpp"
#include "plan/draft.hpp"
#include "plan/infiniband.hpp"
#include "plan/pf_port.hpp"
#include "plan/quirks.hpp"
#include "plan/vf_steps.hpp"
#include "policy/vf_keys.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace vfirst {

namespace {

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
    ready_ = {draft_.step(
        AwaitDriver{pf().address, ""}, "its driver creates the VFs and the queues",
        pf_.section->from, first_, required_)};
    const bool late_switch = switched() && pf_.vfs && !eswitch_before_vfs(pf().driver, pf().vendor);
    // mlx5 takes the port away when the mode changes, and makes a new one: that one is brought up.
    const bool late_port = late_switch && !up_before_vfs(pf().driver, pf().vendor);
    if (section().eswitch && !switched())
      report_no_port(draft_, pf_, section().eswitch->from, "eswitch is");
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
      ready_ = {draft_.step(
          BringUp{pf().address, port_of(section())}, std::move(why), from, ready_, required_)};
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
    VfSteps vfs(draft_, pf_, modules_);
    auto before_binding = VFIRST_TRY(vfs.set_up(made));
    if (late_switch)
      before_binding.push_back(eswitch(
          "this driver can change it only after its VFs exist and before they have drivers",
          before_binding));
    vfs.place(before_binding);
    ready_ = {made};
    if (before_binding.size() > 1 && has_port(pf())) ready_.push_back(before_binding.back());
    return {};
  }

  // These steps come last: with some drivers (igb), making VFs resets the port, its queues and its
  // interrupts.
  void queues_and_irqs() {
    if (section().queues) {
      if (has_port(pf()))
        ready_ = {draft_.step(
            SetQueues{pf().address, section().queues->value, port_of(section())},
            "queues for the host's own traffic on this port", section().queues->from, ready_,
            required_)};
      else
        report_no_port(draft_, pf_, section().queues->from, "queues is");
    }
    if (const auto* from = origin_of_coalescing(section())) {
      if (has_port(pf())) {
        report_coalescing(draft_, pf().address, pf().driver, section(), required_);
        draft_.step(
            SetCoalescing{pf().address, planned_coalescing(section()), port_of(section())},
            reason_for_coalescing(section()), *from, ready_, required_);
      } else {
        report_no_port(draft_, pf_, *from, "interrupt coalescing is");
      }
    }
    if (!pf_.irq_cpus.empty() && is_nic(pf()) && !has_port(pf()))
      return report_no_port(draft_, pf_, section().irq->from, "irq is");
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
};

// The modules that make the interfaces of InfiniBand ports, where one is needed.
void load_infiniband(Draft& draft, std::map<std::string, std::size_t>& out) {
  for (const auto& pf : draft.pfs)
    for (unsigned i = 0; i < pf.vfs; ++i) {
      const auto wish = draft.vf_settings(*pf.section, i);
      if (!set_through_ipoib(*pf.function, wish)) continue;
      for (const auto name : words(infiniband_modules(pf.function->driver, pf.function->vendor)))
        if (!out.contains(std::string(name)))
          out[std::string(name)] = draft.step(
              LoadModule{std::string(name)}, "an InfiniBand port has no network interface without",
              origin_of_attributes(wish), {});
    }
}

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
  load_infiniband(draft, out);
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
