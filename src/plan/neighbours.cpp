// SPDX-License-Identifier: GPL-2.0-or-later
// Other tools that run after early boot and undo or contradict what it did: after switch-root udev
// replays every device as new, so that .link files, rules, driverctl and netplan run on top of VFs
// that are there already.
#include "base/text.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using Kind = DeviceMatch::Kind;
using Tool = Neighbour::Tool;
enum class Answer { no, maybe, yes };

bool any_glob(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return glob_match(lowered(pattern), lowered(text));
  });
}

Answer yes_if(bool holds) {
  return holds ? Answer::yes : Answer::no;
}

// A name or MAC that is not there yet (no driver in this boot) may still come to match.
template <class Of>
Answer any_port(const PciFunction& f, Of of) {
  return f.ports.empty() ? Answer::maybe : yes_if(std::ranges::any_of(f.ports, of));
}

Answer bare_answer(const DeviceMatch& match, const PciFunction& f) {
  const auto id = [&](std::uint16_t number) {
    return yes_if(any_glob(match.patterns, fmt::format("0x{:04x}", number)));
  };
  switch (match.kind) {
    case Kind::name:
      return any_port(f, [&](const NetPort& port) { return any_glob(match.patterns, port.name); });
    // The kernel's, from before udev.
    case Kind::original_name:
      return std::ranges::find(match.patterns, "*") != match.patterns.end() ? Answer::yes
                                                                            : Answer::maybe;
    case Kind::mac:
      return any_port(f, [&](const NetPort& port) {
        return std::ranges::any_of(match.patterns, [&](const std::string& text) {
          const auto mac = MacAddress::parse(text);
          return mac && (port.mac == *mac || port.permanent_mac == *mac);
        });
      });
    case Kind::path: return yes_if(any_glob(match.patterns, "pci-" + f.address.str()));
    case Kind::driver:
      return f.driver.empty() ? Answer::maybe : yes_if(any_glob(match.patterns, f.driver));
    case Kind::pci: return yes_if(any_glob(match.patterns, f.address.str()));
    case Kind::vendor: return id(f.vendor);
    case Kind::device: return id(f.device);
    case Kind::other: return Answer::maybe;
  }
  return Answer::maybe;
}

Answer answer(const std::vector<DeviceMatch>& all, const PciFunction& f) {
  auto out = Answer::yes;
  for (const auto& match : all) {
    auto one = bare_answer(match, f);
    if (match.negated && one != Answer::maybe) one = yes_if(one == Answer::no);
    out = std::min(out, one);
  }
  return out;
}

class Neighbours {
 public:
  explicit Neighbours(Draft& draft) : draft_(draft) {}

  void add() {
    for (const auto& pf : draft_.pfs)
      links(pf);
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

  template <class Wanted>
  const Wanted* step_of(const ChosenPf& pf) const {
    for (const auto& step : draft_.plan.steps)
      if (const auto* action = std::get_if<Wanted>(&step.action);
          action && action->pf == pf.function->address)
        return action;
    return nullptr;
  }

  // udev takes the first file that matches, and no other (systemd.link(5)).
  void links(const ChosenPf& pf) {
    std::optional<unsigned> taken;
    for (const auto& n : draft_.facts.neighbours) {
      if (n.tool != Tool::link || (taken && n.rank != *taken)) continue;
      const auto matches = answer(n.match, *pf.function);
      if (matches == Answer::no) continue;
      if (matches == Answer::yes) taken = n.rank;
      link(n, pf);
    }
  }

  void link(const Neighbour& n, const ChosenPf& pf) {
    const auto address = pf.function->address.str();
    if (n.key == "SR-IOVVirtualFunctions") {
      if (pf.manage_vfs && !same(n.value, pf.vfs))
        warn(
            n, "neighbour-link",
            fmt::format(
                "udev creates {} VFs on {}, but {} are planned: it removes all VFs after early "
                "boot to change the number; remove this line",
                n.value, address, pf.vfs),
            {pf.function->address});
    } else if (n.key == "VirtualFunction") {
      const auto index = parse_number(n.value);
      const auto* ours = step_of<SetVfAttributes>(pf);
      if (index && ours &&
          std::ranges::find(ours->vfs, *index, &SetVfAttributes::Vf::index) != ours->vfs.end())
        warn(
            n, "neighbour-link",
            fmt::format(
                "udev sets attributes of VF {} of {} again after early boot: remove this [SR-IOV] "
                "section",
                *index, address),
            {pf.function->address});
    } else if (n.key == "CombinedChannels") {
      if (const auto* ours = step_of<SetQueues>(pf); ours && !same(n.value, ours->combined))
        warn(
            n, "neighbour-link",
            fmt::format(
                "udev gives {} {} queues, but {} are planned: remove this line", address, n.value,
                ours->combined),
            {pf.function->address});
    } else if (!n.key.empty() && step_of<SetCoalescing>(pf)) {
      warn(
          n, "neighbour-link",
          fmt::format(
              "udev sets {}={} on {}, whose coalescing is planned too: either of the two may come "
              "last; remove this line",
              n.key, n.value, address),
          {pf.function->address});
    }
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
