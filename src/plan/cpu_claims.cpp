// SPDX-License-Identifier: GPL-2.0-or-later
// systemd and cgroups: which CPUs they let others use. Each finding names where that fights the
// plan.
#include "plan/cpu_claims.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace vfirst {

std::optional<CpuSet> claimed_cpus(std::string_view text) {
  CpuSet out, without;
  for (const auto part : words(text))
    for (const auto item : split(part, ',')) {
      if (item.empty()) continue;
      const bool negated = item.starts_with('^');
      const auto set = CpuSet::parse_list(negated ? item.substr(1) : item);
      if (!set) return std::nullopt;
      (negated ? without : out) |= *set;
    }
  return out - without;
}

void CpuClaim::add(const Neighbour& n) {
  if (n.tool == Neighbour::Tool::systemd && n.value.empty()) *this = {};
  const auto set = claimed_cpus(n.value);
  if (!set || set->empty()) return;
  cpus |= *set;
  lines.push_back(place_of(n));
}

void claim_finding(
    Draft& draft, Severity severity, const char* code, const std::vector<Origin>& lines,
    std::string text) {
  if (lines.empty()) return;
  draft.add_finding(severity, code, Subject::file(lines.front().file), std::move(text), lines);
}

namespace {

using Tool = Neighbour::Tool;

// "etc/systemd/system/machine.slice.d/50-cpus.conf" and "run/systemd/system/machine.slice" are
// about machine.slice; "sys/fs/cgroup/machine.slice/cpuset.cpus" is, too.
std::string_view unit_of(const Neighbour& n) {
  const std::string_view file = n.file;
  const auto slash = file.rfind('/');
  if (slash == file.npos) return file;
  auto folder = file.substr(0, slash);
  folder = folder.substr(folder.rfind('/') + 1);
  if (folder.ends_with(".d")) return folder.substr(0, folder.size() - 2);
  return n.tool == Tool::cgroup ? folder : file.substr(slash + 1);
}

// Where guests live: libvirt's slice and what is in it, Proxmox's, Kubernetes' pods.
bool has_guests(std::string_view unit) {
  return unit == "machine.slice" || unit == "machine" || unit == "libvirt" ||
         unit == "qemu.slice" || unit.starts_with("machine-") || unit.starts_with("kubepods");
}

class CpuClaims {
 public:
  explicit CpuClaims(Draft& draft)
      : draft_(draft), isolated_(draft.plan.isolated), reserved_(draft.plan.reserved) {}

  void check() {
    collect();
    manager();
    for (const auto& [unit, claim] : affinity_)
      pinned_unit(unit, claim);
    for (const auto& [unit, claim] : allowed_)
      allowed_unit(unit, claim, "AllowedCPUs=");
    for (const auto& [unit, claim] : cgroups_)
      if (!allowed_.contains(unit)) allowed_unit(unit, claim, "cpuset.cpus of this boot");
    for (const auto& n : draft_.facts.neighbours) {
      if (n.key == "CPUSetPartition" || n.key == "cpuset.cpus.partition") partition(n);
    }
  }

 private:
  void collect() {
    for (const auto& n : draft_.facts.neighbours) {
      const std::string unit(unit_of(n));
      if (n.tool == Tool::systemd && n.key == "CPUAffinity") {
        const bool whole = unit == "system.conf";
        (whole ? manager_ : affinity_[unit]).add(n);
      } else if (n.key == "AllowedCPUs" || n.key == "StartupAllowedCPUs") {
        allowed_[unit].add(n);
      } else if (n.tool == Tool::cgroup && n.key == "cpuset.cpus") {
        cgroups_[unit].add(n);
      }
    }
  }

  void report(
      Severity severity, const char* code, const std::vector<Origin>& lines, std::string text) {
    claim_finding(draft_, severity, code, lines, std::move(text));
  }

  void manager() {
    if (manager_.cpus.empty()) return;
    if (const auto both = manager_.cpus & isolated_; !both.empty())
      report(
          Severity::warning, "neighbour-systemd", manager_.lines,
          fmt::format(
              "CPUAffinity= lets every service run on CPUs {}, which are isolated for guests: {}",
              both.list(), instead("CPUAffinity=")));
    else if (!manager_.cpus.intersects(reserved_))
      report(
          Severity::warning, "neighbour-systemd", manager_.lines,
          fmt::format(
              "CPUAffinity= names none of the CPUs {} that the host keeps: {}", reserved_.list(),
              instead("CPUAffinity=")));
  }

  std::string instead(std::string_view key) const {
    return fmt::format("remove it, or say {}{}", key, reserved_.list());
  }

  void pinned_unit(const std::string& unit, const CpuClaim& claim) {
    const auto both = claim.cpus & isolated_;
    if (both.empty() || has_guests(unit)) return;
    report(
        Severity::warning, "neighbour-systemd", claim.lines,
        fmt::format(
            "{} pins its processes to CPUs {}, which are isolated for guests: {}", unit,
            both.list(), instead("CPUAffinity=")));
  }

  // A task in a cgroup with a cpuset may run on each CPU of it: isolcpus= no longer keeps it away
  // (kernel/cgroup/cpuset.c, cpuset_attach_task).
  void allowed_unit(const std::string& unit, const CpuClaim& claim, std::string_view what) {
    if (claim.cpus.empty()) return;
    const bool of_kernel = what.starts_with("cpuset");
    const auto code = of_kernel ? "neighbour-cgroup" : "neighbour-systemd";
    if (!claim.cpus.intersects(draft_.next.online))
      return report(
          Severity::warning, code, claim.lines,
          fmt::format(
              "{} of {}: none of the CPUs {} is online at the next boot", what, unit,
              claim.cpus.list()));
    if (has_guests(unit)) {
      if (const auto missing = isolated_ - claim.cpus; !missing.empty())
        report(
            Severity::warning, code, claim.lines,
            fmt::format(
                "{} keeps the guests in {} off CPUs {}, which are isolated for them: {}", what,
                unit, missing.list(),
                of_kernel ? "widen it before a guest is pinned there"
                          : "remove it, or add these CPUs"));
      return;
    }
    const auto both = claim.cpus & isolated_;
    if (both.empty()) return;
    if (isolated_.contains(claim.cpus & draft_.next.online))
      report(
          Severity::note, code, claim.lines,
          fmt::format(
              "{} gives CPUs {} to {}: they are isolated, so no guest should be pinned there", what,
              both.list(), unit));
    else
      report(
          Severity::warning, code, claim.lines,
          fmt::format(
              "{} lets processes of {} run on CPUs {}, which are isolated for guests: a cpuset "
              "counts more than isolcpus=; {}",
              what, unit, both.list(),
              of_kernel ? "take these CPUs out of it" : instead("AllowedCPUs=")));
  }

  // A partition has its CPUs alone. Of CPUs that isolcpus= has, the kernel makes an isolated one
  // only (prstate_housekeeping_conflict).
  void partition(const Neighbour& n) {
    const auto kind = n.value.substr(0, n.value.find(' '));
    if (kind != "root" && kind != "isolated") return;
    const std::string unit(unit_of(n));
    const auto& from = n.tool == Tool::cgroup ? cgroups_ : allowed_;
    const auto claim = from.find(unit);
    if (claim == from.end()) return;
    const auto& cpus = claim->second.cpus;
    const auto code = n.tool == Tool::cgroup ? "neighbour-cgroup" : "neighbour-systemd";
    if (const auto taken = cpus & reserved_; !taken.empty())
      report(
          Severity::warning, code, {place_of(n)},
          fmt::format(
              "{}={} gives CPUs {} to {} alone, and the host keeps them for itself: leave them out "
              "of its list",
              n.key, kind, taken.list(), unit));
    if (const auto both = cpus & isolated_; !both.empty() && kind == "root")
      report(
          Severity::warning, code, {place_of(n)},
          fmt::format(
              "{}=root of {}: CPUs {} are in isolcpus=, and of these the kernel makes no such "
              "partition; say isolated",
              n.key, unit, both.list()));
  }

  Draft& draft_;
  const CpuSet &isolated_, &reserved_;
  CpuClaim manager_;
  // By unit.
  std::map<std::string, CpuClaim> affinity_, allowed_, cgroups_;
};

}  // namespace

void cpu_claim_findings(Draft& draft) {
  if (draft.plan.isolated.empty()) return;
  CpuClaims(draft).check();
  cpu_pin_findings(draft);
}

}  // namespace vfirst
