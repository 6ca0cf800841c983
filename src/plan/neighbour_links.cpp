// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/neighbour_links.hpp"

#include "base/text.hpp"
#include "plan/device_match.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using Tool = Neighbour::Tool;

class Links {
 public:
  explicit Links(Draft& draft) : draft_(draft) {}

  void add() {
    for (const auto& pf : draft_.pfs) {
      first_file(pf, Tool::link);
      first_file(pf, Tool::networkd);
    }
  }

 private:
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

  // udev and networkd take the first file that matches, and no other (systemd.link(5),
  // systemd.network(5)).
  void first_file(const ChosenPf& pf, Tool tool) {
    std::optional<unsigned> taken;
    for (const auto& n : draft_.facts.neighbours) {
      if (n.tool != tool || (taken && n.rank != *taken)) continue;
      const auto matches = answer(n.match, *pf.function);
      if (matches == Answer::no) continue;
      if (matches == Answer::yes) taken = n.rank;
      if (tool == Tool::link)
        link(n, pf);
      else
        networkd(n, pf);
    }
  }

  // The VF's attributes are planned; for networkd and udev.
  bool sets_attributes(const Neighbour& n, const ChosenPf& pf) const {
    const auto index = parse_number(n.value);
    const auto* ours = step_of<SetVfAttributes>(pf);
    return index && ours &&
           std::ranges::find(ours->vfs, *index, &SetVfAttributes::Vf::index) != ours->vfs.end();
  }

  void networkd(const Neighbour& n, const ChosenPf& pf) {
    if (n.key == "VirtualFunction" && sets_attributes(n, pf))
      warn(
          n, "neighbour-networkd",
          fmt::format(
              "systemd-networkd sets attributes of VF {} of {} again whenever it configures the "
              "port: remove this [SR-IOV] section",
              n.value, pf.function->address.str()),
          {pf.function->address});
  }

  // Without SR-IOVVirtualFunctions=, udev wants as many VFs as the highest number of a section
  // needs, and where there are fewer it removes them first (src/shared/netif-sriov.c,
  // sr_iov_set_num_vfs()).
  bool makes_more(const Neighbour& n, const ChosenPf& pf) const {
    const auto index = parse_number(n.value);
    return index && pf.manage_vfs && *index >= pf.vfs &&
           std::ranges::none_of(draft_.facts.neighbours, [&](const Neighbour& other) {
             return other.tool == n.tool && other.rank == n.rank &&
                    other.key == "SR-IOVVirtualFunctions";
           });
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
      if (sets_attributes(n, pf))
        warn(
            n, "neighbour-link",
            fmt::format(
                "udev sets attributes of VF {} of {} again after early boot: remove this [SR-IOV] "
                "section",
                n.value, address),
            {pf.function->address});
      else if (makes_more(n, pf))
        warn(
            n, "neighbour-link",
            fmt::format(
                "udev makes more VFs on {} for VF {} of this [SR-IOV] section, but {} are planned: "
                "it removes all VFs after early boot to change the number; remove the section",
                address, n.value, pf.vfs),
            {pf.function->address});
    } else if (n.key == "IRQAffinityPolicy") {
      irq_policy(n, pf);
    } else if (n.key == "ReceivePacketSteeringCPUMask") {
      packet_steering(n, pf);
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

  // "single" is CPU 0, "spread" the first threads of all cores.
  void irq_policy(const Neighbour& n, const ChosenPf& pf) {
    const auto* ours = step_of<PinIrqs>(pf);
    const auto address = pf.function->address.str();
    if (ours && !(n.value == "single" && ours->cpus == CpuSet{0}))
      warn(
          n, "neighbour-link",
          fmt::format(
              "udev places the interrupts of {} by IRQAffinityPolicy={} after early boot, but CPUs "
              "{} are planned: remove this line",
              address, n.value, ours->cpus.list()),
          {pf.function->address});
    else if (!ours && n.value == "spread" && !draft_.plan.isolated.empty())
      warn(
          n, "neighbour-link",
          fmt::format(
              "udev spreads the interrupts of {} over all cores, isolated ones (CPUs {}) too: "
              "remove this line",
              address, draft_.plan.isolated.list()),
          {pf.function->address});
  }

  // The host's packets of this port are handled on these CPUs. "disable" is none; words that this
  // does not read are not judged.
  void packet_steering(const Neighbour& n, const ChosenPf& pf) {
    auto list = n.value;
    std::ranges::replace(list, ' ', ',');
    const auto cpus =
        n.value == "all" ? draft_.facts.cpu.online : CpuSet::parse_list(list).value_or(CpuSet{});
    if (cpus.intersects(draft_.plan.isolated))
      warn(
          n, "neighbour-link",
          fmt::format(
              "udev has the packets of {} handled on CPUs {}, of which {} are isolated for guests: "
              "remove those",
              pf.function->address.str(), cpus.list(), (cpus & draft_.plan.isolated).list()),
          {pf.function->address});
  }

  Draft& draft_;
};

}  // namespace

void link_findings(Draft& draft) {
  Links(draft).add();
}

}  // namespace vfirst
