// SPDX-License-Identifier: GPL-2.0-or-later
// Other tools that run after early boot and undo or contradict what it did: after switch-root udev
// replays every device as new, so that .link files, rules, driverctl and netplan run on top of VFs
// that are there already.
#include "base/text.hpp"
#include "plan/device_match.hpp"
#include "plan/draft.hpp"
#include "plan/neighbour_links.hpp"
#include "plan/neighbour_writers.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using Tool = Neighbour::Tool;

class Neighbours {
 public:
  explicit Neighbours(Draft& draft) : draft_(draft) {}

  void add() {
    link_findings(draft_);
    for (const auto& n : draft_.facts.neighbours) {
      if (n.tool == Tool::driverctl) driverctl(n);
      if (n.tool == Tool::irqbalance && n.key == "enabled") irqbalance(n);
      for (const auto& pf : draft_.pfs) {
        if (n.tool == Tool::network_manager) network_manager(n, pf);
        if (n.tool == Tool::netplan) netplan(n, pf);
        if (n.tool == Tool::udev) udev(n, pf);
        if (n.tool == Tool::modprobe) modprobe(n, pf);
      }
    }
    writer_findings(draft_);
  }

 private:
  // `devices`: those that the other tool would touch; none for what concerns the whole host.
  void warn(
      const Neighbour& n, const char* code, std::string text,
      std::initializer_list<PciAddress> devices = {}) {
    const auto file = "/" + n.file;
    std::vector<Subject> related;
    for (const auto& device : devices)
      related.push_back(Subject::device(device));
    draft_.add_finding(
        Severity::warning, code, Subject::file(file), std::move(text), {{file, n.line}},
        std::move(related));
  }

  static bool same(const std::string& text, unsigned count) {
    return parse_number(text) == std::optional<std::uint64_t>(count);
  }

  // An equal number does not help: a profile's VFs are removed when it is deactivated.
  void network_manager(const Neighbour& n, const ChosenPf& pf) {
    if (!pf.manage_vfs || answer(n.match, *pf.function) == Answer::no) return;
    warn(
        n, "neighbour-networkmanager",
        fmt::format(
            "NetworkManager keeps {} at {} VFs while this profile is active and resets it "
            "afterwards, but {} are planned: remove {}",
            pf.function->address.str(), n.value, pf.vfs, n.key),
        {pf.function->address});
  }

  void netplan(const Neighbour& n, const ChosenPf& pf) {
    if (!pf.manage_vfs || same(n.value, pf.vfs) || answer(n.match, *pf.function) == Answer::no)
      return;
    warn(
        n, "neighbour-netplan",
        fmt::format(
            "netplan creates {} VFs on {}, but {} are planned: it removes all VFs after early boot "
            "to change the number; remove this line",
            n.value, pf.function->address.str(), pf.vfs),
        {pf.function->address});
  }

  void driverctl(const Neighbour& n) {
    if (n.match.empty() || n.value.empty()) return;
    const auto address = PciAddress::parse(n.match.front().patterns.front());
    if (!address) return;
    for (const auto& vf : draft_.plan.vfs)
      if (vf.address == *address && !vf.driver.satisfied_by(n.value))
        warn(
            n, "neighbour-driverctl",
            fmt::format(
                "driverctl binds {} to {} at each boot, but {} is planned; run: driverctl "
                "unset-override {}",
                address->str(), n.value, vf.driver.phrase(), address->str()),
            {*address});
    for (const auto& pf : draft_.pfs)
      if (pf.function->address == *address && !pf.function->driver.empty() &&
          pf.function->driver != n.value)
        warn(
            n, "neighbour-driverctl",
            fmt::format(
                "driverctl binds PF {} to {} at each boot, which removes its VFs; run: driverctl "
                "unset-override {}",
                address->str(), n.value, address->str()),
            {*address});
  }

  void udev(const Neighbour& n, const ChosenPf& pf) {
    if (!pf.manage_vfs || (n.key == "sriov_numvfs" && same(n.value, pf.vfs)) ||
        answer(n.match, *pf.function) == Answer::no)
      return;
    const auto what =
        n.key == "sriov_numvfs"
            ? fmt::format("writes {} to sriov_numvfs of {}", n.value, pf.function->address.str())
            : fmt::format(
                  "runs a program that writes sriov_numvfs, on {}", pf.function->address.str());
    warn(
        n, "neighbour-udev",
        fmt::format(
            "this rule {} each time the device appears, but {} VFs are planned: remove it", what,
            pf.vfs),
        {pf.function->address});
  }

  void modprobe(const Neighbour& n, const ChosenPf& pf) {
    const auto& f = *pf.function;
    if (!pf.manage_vfs) return;
    if (n.key == "max_vfs") {
      auto driver = f.driver;
      std::ranges::replace(driver, '-', '_');
      if (n.match.front().patterns.front() != driver || same(n.value, pf.vfs) || n.value == "0")
        return;
      warn(
          n, "neighbour-modprobe",
          fmt::format(
              "module {} creates {} VFs on {} when loaded, but {} are planned: remove max_vfs",
              f.driver, n.value, f.address.str(), pf.vfs),
          {f.address});
      return;
    }
    for (const auto text : split(n.value, ',')) {
      const auto fields = split(text, ':');
      if (fields.size() < 2 || parse_number(fields[0], 16) != f.vendor) continue;
      const auto device = parse_number(fields[1], 16);
      if (device == f.device)
        warn(
            n, "neighbour-modprobe",
            fmt::format(
                "vfio-pci takes every {} and may take PF {} before its own driver can create VFs: "
                "remove {}",
                text, f.address.str(), text),
            {f.address});
      if (f.sriov && device == f.sriov->vf_device &&
          std::ranges::any_of(draft_.plan.vfs, [&](const PlannedVf& vf) {
            return vf.pf == f.address && !vf.driver.satisfied_by("vfio-pci");
          }))
        warn(
            n, "neighbour-modprobe",
            fmt::format(
                "vfio-pci takes every {}, including the VFs of {} that are planned for another "
                "driver: remove {}",
                text, f.address.str(), text),
            {f.address});
    }
  }

  void irqbalance(const Neighbour& n) {
    if (std::ranges::any_of(draft_.plan.steps, [](const Step& step) {
          return std::holds_alternative<PinIrqs>(step.action);
        }))
      warn(
          n, "neighbour-irqbalance",
          "irqbalance is enabled and does not know this plan: every 10 seconds it may move the "
          "interrupts that early boot placed");
  }

  Draft& draft_;
};

}  // namespace

void neighbour_findings(Draft& draft) {
  Neighbours(draft).add();
}

}  // namespace vfirst
