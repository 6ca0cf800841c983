// SPDX-License-Identifier: GPL-2.0-or-later
// Which CPUs irqbalance leaves out, and which ones guests are pinned to: nova, kubelet, and the
// guests' own definitions.
#include "plan/cpu_claims.hpp"

#include <algorithm>
#include <map>

namespace vfirst {

namespace {

using Tool = Neighbour::Tool;

class CpuPins {
 public:
  explicit CpuPins(Draft& draft)
      : draft_(draft), isolated_(draft.plan.isolated), reserved_(draft.plan.reserved) {}

  void check() {
    // By file.
    std::map<std::string, CpuClaim> guests;
    for (const auto& n : draft_.facts.neighbours) {
      if (n.tool == Tool::irqbalance) bans(n);
      if (n.tool == Tool::nova) nova(n);
      if (n.tool == Tool::kubelet) kubelet(n);
      // QEMU's other threads may run on the host's CPUs.
      if (n.tool == Tool::libvirt && n.key != "emulatorpin" && n.key != "iothreadpin")
        guests[n.file].add(n);
    }
    for (const auto& [file, claim] : guests)
      guest(file, claim);
  }

 private:
  void report(
      Severity severity, const char* code, const std::vector<Origin>& lines, std::string text) {
    claim_finding(draft_, severity, code, lines, std::move(text));
  }

  // With a list of its own irqbalance no longer leaves out by itself what sys/devices/system/cpu/
  // isolated and nohz_full show (cputree.c, setup_banned_cpus).
  void bans(const Neighbour& n) {
    if (!n.key.starts_with("IRQBALANCE_BANNED_CPU")) return;
    auto banned = n.key.ends_with("LIST") ? claimed_cpus(n.value) : std::nullopt;
    if (!banned)
      if (const auto mask = CpuSet::parse_mask(n.value)) banned = *mask;
    if (!banned) return;
    if (const auto open = isolated_ - *banned; !open.empty())
      report(
          Severity::warning, "neighbour-irqbalance", {place_of(n)},
          fmt::format(
              "{} lacks the isolated CPUs {}, and with a list of its own irqbalance does not leave "
              "them out by itself: remove it, or add them",
              n.key, open.list()));
    if (banned->contains(reserved_))
      report(
          Severity::warning, "neighbour-irqbalance", {place_of(n)},
          fmt::format(
              "{} has all of the CPUs {} that the host keeps for interrupts: remove it", n.key,
              reserved_.list()));
  }

  void nova(const Neighbour& n) {
    const auto set = claimed_cpus(n.value);
    if (!set || set->empty()) return;
    if (n.key == "cpu_shared_set") {
      if (const auto both = *set & isolated_; !both.empty())
        report(
            Severity::warning, "neighbour-nova", {place_of(n)},
            fmt::format(
                "{} lets guests float over the isolated CPUs {}, where the kernel moves no task to "
                "an idle CPU: leave them out",
                n.key, both.list()));
      return;
    }
    if (const auto both = *set & reserved_; !both.empty())
      report(
          Severity::warning, "neighbour-nova", {place_of(n)},
          fmt::format(
              "{} pins guests to CPUs {}, which the host keeps: say {}", n.key, both.list(),
              isolated_.list()));
    offline(n, *set, "neighbour-nova");
    if (const auto unused = isolated_ - *set; !unused.empty())
      report(
          Severity::note, "neighbour-nova", {place_of(n)},
          fmt::format("{} leaves the isolated CPUs {} unused", n.key, unused.list()));
  }

  void offline(const Neighbour& n, const CpuSet& cpus, const char* code) {
    if (const auto gone = cpus - draft_.next.online - draft_.next.back_whole; !gone.empty())
      report(
          Severity::warning, code, {place_of(n)},
          fmt::format("{}: CPUs {} are not online at the next boot", n.key, gone.list()));
  }

  // The static CPU manager gives every other CPU to pods.
  void kubelet(const Neighbour& n) {
    const auto set = claimed_cpus(n.value);
    if (!set) return;
    if (const auto lost = reserved_ - *set; !lost.empty())
      report(
          Severity::warning, "neighbour-kubelet", {place_of(n)},
          fmt::format(
              "{} lacks CPUs {}, which the host keeps: pods get them; say {}", n.key, lost.list(),
              reserved_.list()));
    if (const auto both = *set & isolated_; !both.empty())
      report(
          Severity::warning, "neighbour-kubelet", {place_of(n)},
          fmt::format(
              "{} keeps the isolated CPUs {} for the system: say {}", n.key, both.list(),
              reserved_.list()));
  }

  void guest(const std::string& file, const CpuClaim& claim) {
    const auto known = std::ranges::find(draft_.facts.guests, file, &DefinedGuest::file);
    const auto name = known == draft_.facts.guests.end() ? file : known->name;
    if (const auto both = claim.cpus & reserved_; !both.empty())
      report(
          Severity::warning, "neighbour-guest", claim.lines,
          fmt::format("guest {} is pinned to CPUs {}, which the host keeps", name, both.list()));
    if (const auto gone = claim.cpus - draft_.next.online - draft_.next.back_whole; !gone.empty())
      report(
          Severity::warning, "neighbour-guest", claim.lines,
          fmt::format(
              "guest {} is pinned to CPUs {}, which are not online at the next boot", name,
              gone.list()));
  }

  Draft& draft_;
  const CpuSet &isolated_, &reserved_;
};

}  // namespace

void cpu_pin_findings(Draft& draft) {
  CpuPins(draft).check();
}

}  // namespace vfirst
