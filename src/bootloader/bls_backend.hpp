// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Kernel arguments where the boot loader reads entries of the Boot Loader Specification: GRUB's
// blscfg and systemd-boot.

#include "bootloader/backend.hpp"
#include "bootloader/bls_edits.hpp"
#include "bootloader/bls_write.hpp"

#include <utility>

namespace vfirst {

// The arguments stand in each entry as they are, with their owner's name beside them; an entry is
// replaced whole. What no entry can say (what was good before, a trial, a change under way) is in
// boot/vfirst/bls, and what each file said before us in boot/vfirst/before. A change that was cut
// short is finished by the next call of any verb that writes.
class BlsBackend final : public Backend {
 public:
  BlsBackend(Files& files, const Root& root, BootFacts boot)
      : files_(files), root_(root), boot_(std::move(boot)) {}

  Result<ApplyOutcome> apply(const std::string& cmdline, const ApplyOptions& options) override;
  Result<LoaderState> state() const override;
  Result<Change> confirm() override;
  Result<Change> rollback() override;
  Result<Change> remove(bool dry_run) override;
  Result<Adoption> adopt(const std::vector<std::string>& words) override;
  std::vector<ForeignSource> sources(std::string_view word) const override;

 private:
  struct Now {
    BlsMenu menu;
    BlsState state;
    // the state was there and could be read
    bool known = false;
    std::vector<std::string> damage;
    Trial trial = Trial::none;
    // a confirm was cut short
    bool confirming = false;
    // its entry was not written yet, or is gone
    bool lost_trial = false;
    // our arguments at the next boot
    std::string next() const;
    // "" without a trial
    std::string trial_arguments() const;
  };
  Result<Now> look() const;
  BlsWriter writer(const Now& now) const;
  bool reboot_needed(const Now& now, const std::string& after) const;
  Result<BlsEdits> edits(
      const Now& now, const std::string& arguments, Purpose purpose = Purpose::write) const;
  // Every normal entry has `wanted`, `previous` is what a rollback returns to, and no trial is
  // left.
  Status make_good(
      Now& now, const BlsEdits& edits, const BlsState::Arguments& wanted,
      const std::optional<BlsState::Arguments>& previous, const std::string& failed_plan,
      std::vector<std::string>& notes);
  Status arm(
      Now& now, const BlsItem& trial, const BlsState::Arguments& wanted,
      std::vector<std::string>& notes);

  Files& files_;
  const Root& root_;
  const BootFacts boot_;
};

}  // namespace vfirst
