// SPDX-License-Identifier: GPL-2.0-or-later
// What the policy asks of live migration, and what the planned VFs can do.
#include "base/words.hpp"
#include "plan/draft.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace vfirst {

namespace {

using Wish = std::optional<MigrationWish>;

// VFs of which the same is to be said: the owner's wish, their driver, and the verdict.
struct Group {
  Wish wish;
  std::string driver;
  Migration migration;
  // The line of the wish, else of the driver.
  Origin from;
  bool required = false;
  std::vector<PciAddress> pfs;
};

Severity severity_of(const Group& group) {
  if (!group.wish || group.migration.verdict == CanMigrate::yes) return Severity::note;
  const bool must = group.wish == MigrationWish::required;
  if (group.migration.verdict == CanMigrate::no)
    return must && group.required ? Severity::error : Severity::warning;
  return must ? Severity::warning : Severity::note;
}

std::string sentence_of(const Group& group) {
  const auto& [verdict, reason, source] = group.migration;
  const auto vfs = fmt::format(
      "VFs of {} on {}", joined(group.pfs, ", ", [](const PciAddress& pf) { return pf.str(); }),
      group.driver);
  switch (verdict) {
    case CanMigrate::yes: return fmt::format("{} can migrate{}", vfs, reason);
    case CanMigrate::conditional: return fmt::format("{} can migrate if {}", vfs, reason);
    case CanMigrate::no:
      return fmt::format(
          "{} cannot migrate: {}; unplug them before their guest moves", vfs, reason);
    case CanMigrate::not_judged: break;
  }
  return fmt::format("live migration of {} is not judged: {}", vfs, reason);
}

class Migrations {
 public:
  explicit Migrations(Draft& draft) : draft_(draft) {}

  Status add() {
    auto planned = draft_.plan.vfs.begin();
    for (const auto& pf : draft_.pfs) {
      // The VFs of a PF most often have one driver, and so one verdict.
      std::optional<VfDriver> judged;
      std::optional<Migration> verdict;
      for (unsigned i = 0; i < pf.vfs; ++i) {
        const auto settings = draft_.vf_settings(*pf.section, i);
        const auto driver = draft_.vf_driver(*pf.function, settings);
        if (judged != driver)
          verdict = migration_of(driver, *pf.function, *draft_.steps_kernel), judged = driver;
        // A VF whose address is not known is not among the planned ones.
        const bool placed = planned != draft_.plan.vfs.end() &&
                            planned->pf == pf.function->address && planned->index == i;
        if (verdict) {
          VFIRST_CHECK(check(settings, driver));
          if (placed) {
            planned->migration = verdict;
            planned->migration_wanted = settings.migration.has_value();
          }
          join(pf, settings, driver, *verdict);
        }
        if (placed) ++planned;
      }
    }
    for (const auto& group : groups_) {
      std::vector<Subject> related;
      for (std::size_t i = 1; i < group.pfs.size(); ++i)
        related.push_back(Subject::device(group.pfs[i]));
      draft_.add_finding(
          severity_of(group), "vf-migration", Subject::device(group.pfs.front()),
          sentence_of(group), {group.from}, std::move(related));
    }
    wishes_for_no_guest();
    return {};
  }

 private:
  // A policy that contradicts itself, on every machine.
  static Status check(const VfSettings& settings, const VfDriver& driver) {
    const auto& wish = settings.migration;
    if (!wish || wish->value != MigrationWish::required || driver.is_best() ||
        driver.name() != kVfioPci)
      return {};
    return refuse(
        "{}vf-migration = required, but {}{} has no live migration; vf-driver = vfio takes the "
        "best driver that the kernel has for the device",
        location_prefix(wish->from), location_prefix(settings.driver->from), driver.name());
  }

  void join(
      const ChosenPf& pf, const VfSettings& settings, const VfDriver& driver,
      const Migration& migration) {
    const auto& wish = settings.migration;
    Group group{
        wish ? Wish(wish->value) : std::nullopt,
        driver.phrase(),
        migration,
        wish ? wish->from : Origin{},
        value_or(pf.section->required, true),
        {pf.function->address}};
    const auto same = std::ranges::find_if(groups_, [&](const Group& other) {
      return std::tie(other.wish, other.driver, other.migration, other.from, other.required) ==
             std::tie(group.wish, group.driver, group.migration, group.from, group.required);
    });
    if (same == groups_.end())
      groups_.push_back(std::move(group));
    else if (same->pfs.back() != pf.function->address)
      same->pfs.push_back(pf.function->address);
  }

  // A wish on VFs of which none goes to a guest has no effect.
  void wishes_for_no_guest() {
    for (const auto& pf : draft_.pfs) {
      const Setting<MigrationWish>* wish = nullptr;
      bool guests = false;
      for (unsigned i = 0; i < pf.vfs; ++i) {
        const auto settings = draft_.vf_settings(*pf.section, i);
        if (pf.section->vf.migration && settings.migration) wish = &*pf.section->vf.migration;
        guests = guests || value_or(settings.driver, VfDriver()).is_vfio();
      }
      if (wish && !guests)
        draft_.add_finding(
            Severity::warning, "vf-migration-unused", Subject::device(pf.function->address),
            fmt::format(
                "{}: vf-migration has no effect, because none of its VFs goes to a guest; set "
                "vf-driver = vfio",
                pf.function->address.str()),
            {wish->from});
    }
  }

  Draft& draft_;
  std::vector<Group> groups_;
};

}  // namespace

Status plan_migration(Draft& draft) {
  return Migrations(draft).add();
}

}  // namespace vfirst
