// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the PFs of each [pf] section, checks their number and that it is safe to change them, and
// limits the number of VFs to what the hardware has.
#include "base/words.hpp"
#include "plan/creation.hpp"
#include "plan/draft.hpp"
#include "plan/quirks.hpp"
#include "plan/safety.hpp"
#include "plan/selector.hpp"

#include <algorithm>
#include <map>

namespace vfirst {

namespace {

std::string addresses(const std::vector<const PciFunction*>& functions) {
  return joined(functions, ", ", [](const PciFunction* f) { return f->address.str(); });
}

Severity badness(const PfPolicy& section) {
  return value_or(section.required, true) ? Severity::error : Severity::warning;
}

std::vector<Subject> subjects(const std::vector<const PciFunction*>& functions) {
  std::vector<Subject> out;
  out.reserve(functions.size());
  for (const auto* function : functions)
    out.push_back(Subject::device(function->address));
  return out;
}

// What may hide the address that a section names.
std::string disguised_ports(const Facts& facts) {
  std::string list;
  for (const auto& function : facts.pci)
    for (const auto* port : function.own_ports())
      if (!function.is_vf() && port->mac && !port->identity())
        append_to_list(list, fmt::format("{} ({})", port->name, function.address.str()));
  return list.empty() ? list
                      : fmt::format(
                            "; the permanent address of {} is not shown, and the one in use is "
                            "another",
                            list);
}

// What may be the interface that a section names.
std::string near_name(const PfPolicy& section, const Facts& facts) {
  const auto near = near_port(section, facts);
  if (!near) return {};
  const auto there = fmt::format("{} ({})", near->name, near->function.str());
  const auto& wanted = section.match.ifname->value;
  if (!near->renumbered)
    return fmt::format("; no port is called {}; the nearest name is {}", wanted, there);
  return fmt::format(
      "; no port is called {}, but there is {}, the same name {} its port's number: write ifname = "
      "{}",
      wanted, there, near->name.size() > wanted.size() ? "with" : "without", near->name);
}

void report_count(
    Draft& draft, const PfPolicy& section, unsigned expected,
    const std::vector<const PciFunction*>& found) {
  auto message = fmt::format(
      "[pf {}] expect = {}, but {} match{}", section.name, expected,
      found.empty() ? "no PFs" : plural(found.size(), "PF"), found.size() == 1 ? "es" : "");
  if (!found.empty()) message += " (" + addresses(found) + ")";
  if (section.match.mac) message += disguised_ports(draft.facts);
  if (found.empty()) message += near_name(section, draft.facts);
  auto about = subjects(found);
  if (const auto later = undecided(section, draft.facts); !later.empty()) {
    message += fmt::format("; cannot be matched until a driver is bound: {}", addresses(later));
    std::ranges::move(subjects(later), std::back_inserter(about));
  }
  draft.add_finding(
      badness(section), "pf-expect", Subject::section("pf " + section.name),
      message + ": this section is skipped", {section.expect ? section.expect->from : section.from},
      std::move(about));
}

// The number of VFs. Nothing where the device cannot have them; a finding then says why.
std::optional<unsigned> vf_count(Draft& draft, const PfPolicy& section, const PciFunction& f) {
  const auto& wish = *section.vfs;
  const auto address = f.address.str();
  const auto report = [&](Severity severity, std::string code, std::string message) {
    draft.add_finding(
        severity, std::move(code), Subject::device(f.address), std::move(message), {wish.from});
  };
  const auto* quirk = quirk_of_driver(f.driver);
  const auto set_by = quirk && !quirk->total_vfs.empty()
                          ? fmt::format(" (set by {})", quirk->total_vfs)
                          : std::string();
  if (!f.sriov && !f.sriov_known) {
    report(
        Severity::warning, "pf-sriov-unknown",
        fmt::format(
            "{}: this inventory does not show its VFs: they count for the kernel arguments, and "
            "their steps are planned on the host",
            address));
    return std::nullopt;
  }
  if (f.sriov && f.sriov->total_vfs == 0 && quirk && !quirk->offers_none.empty()) {
    report(
        badness(section), "pf-no-sriov",
        fmt::format(
            "{}: driver {} offers 0 VFs: {}", address, f.driver,
            advice_for(quirk->offers_none, f, wish.value.number)));
    return std::nullopt;
  }
  if (!f.sriov || f.sriov->total_vfs == 0) {
    report(
        badness(section), "pf-no-sriov",
        fmt::format(
            "{}: {}: turn SR-IOV on in the BIOS setup and the device's firmware{}", address,
            f.sriov ? "its firmware offers 0 VFs" : "no SR-IOV capability", set_by));
    return std::nullopt;
  }
  const auto total = f.sriov->total_vfs;
  const auto count = wish.value.number.value_or(total);
  if (count > total) {
    report(
        badness(section), "vfs-too-many",
        fmt::format("{}: {} VFs asked, hardware has {}{}", address, count, total, set_by));
    return std::nullopt;
  }
  if (!can_create(draft, section, f, count)) return std::nullopt;
  if (f.sriov->num_vfs != 0 && f.sriov->num_vfs != count &&
      !value_or(section.allow_recreate, false))
    report(
        Severity::warning, "vfs-exist",
        fmt::format(
            "{}: {} VFs asked, {} exist: the kernel must remove all of them to change the number; "
            "allow-recreate = yes permits that",
            address, count, f.sriov->num_vfs));
  return count;
}

void check_ranges(Draft& draft, const PfPolicy& section, unsigned vfs) {
  for (const auto& range : draft.policy.vf_ranges)
    if (range.pf == section.name && range.last >= vfs)
      draft.add_finding(
          Severity::warning, "vf-range-beyond",
          Subject::section(fmt::format("vf {} {}-{}", range.pf, range.first, range.last)),
          fmt::format(
              "[vf {} {}-{}] goes beyond the {} of its PF", range.pf, range.first, range.last,
              plural(vfs, "VF")),
          {range.from});
}

bool any_vfio(const Policy& policy, const PfPolicy& section) {
  const auto gives_to_guest = [](const VfSettings& vf) {
    return vf.driver && vf.driver->value.is_vfio();
  };
  return gives_to_guest(section.vf) ||
         std::ranges::any_of(policy.vf_ranges, [&](const VfRange& range) {
           return range.pf == section.name && gives_to_guest(range.vf);
         });
}

}  // namespace

Status choose_pfs(Draft& draft) {
  std::map<PciAddress, const PfPolicy*> taken;
  for (const auto& section : draft.policy.pfs) {
    const auto found = matching(section, draft.facts);
    for (const auto* f : found)
      if (const auto [other, is_new] = taken.emplace(f->address, &section); !is_new)
        return refuse(
            "{}[pf {}] and {}[pf {}] both match {}", location_prefix(section.from), section.name,
            location_prefix(other->second->from), other->second->name, f->address.str());

    const auto expected = value_or(section.expect, 1u);
    if (found.size() != expected) {
      report_count(draft, section, expected, found);
      continue;
    }
    for (const auto* f : found) {
      // With role = guest, the port that carries the default route may be the one to set up. No VF
      // is made there.
      const Consent consent{
          .boot_nic = value_or(section.allow_boot_nic, false),
          .unknown_carrier = value_or(section.allow_unknown_carrier, false)};
      const bool own_port = draft.plan.role == Role::guest && !section.vfs;
      if (const auto reason =
              own_port ? std::nullopt
                       : untouchable(draft.facts, *f, any_vfio(draft.policy, section), consent)) {
        draft.add_finding(
            badness(section), "pf-critical", Subject::device(f->address),
            fmt::format("[pf {}] {} is left alone: {}", section.name, f->address.str(), *reason),
            {section.from});
        continue;
      }
      ChosenPf chosen{&section, f, 0, false, {}};
      if (section.vfs) {
        if (const auto count = vf_count(draft, section, *f)) {
          chosen.vfs = *count;
          chosen.manage_vfs = true;
          check_ranges(draft, section, *count);
        } else if (!f->sriov && !f->sriov_known) {
          // They are counted, so that the kernel arguments are right for the host.
          chosen.vfs = section.vfs->value.number.value_or(0);
        }
      }
      draft.pfs.push_back(chosen);
    }
  }
  std::ranges::sort(draft.pfs, {}, [](const ChosenPf& pf) { return pf.function->address; });
  return {};
}

}  // namespace vfirst
