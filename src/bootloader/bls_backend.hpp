// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Kernel arguments where the boot loader reads entries of the Boot Loader Specification: GRUB's
// blscfg and systemd-boot.

#include "bootloader/backend.hpp"
#include "bootloader/bls_edits.hpp"
#include "bootloader/bls_write.hpp"
#include "bootloader/grub_bls_trial.hpp"
#include "loader/bls_view.hpp"

#include <optional>
#include <utility>

namespace vfirst {

// The arguments stand in each entry as they are, with their owner's name beside them. An entry is
// replaced whole. What no entry can say (what was good before, a trial, a change under way) is in
// boot/vfirst/bls, and what each file said before us in boot/vfirst/before. A change that was cut
// short is finished by the next call of any verb that writes.
class BlsBackend final : public Backend {
 public:
  BlsBackend(Files& files, const Root& root, BootFacts boot)
      : files_(files), root_(root), boot_(std::move(boot)) {}

  Result<ApplyOutcome> apply(const Arguments& wanted, const ApplyOptions& options) override;
  Result<LoaderState> state() const override;
  Result<Change> confirm() override;
  Result<Change> rollback() override;
  Result<Change> remove(bool dry_run) override;
  Result<Adoption> adopt(const Arguments& foreign) override;

 private:
  // Refused where the state names a file that vfirst does not write.
  Result<BlsView> look() const;
  BlsWriter writer(const BlsView& view) const;
  // The running kernel was given something else of ours than `after`.
  bool reboot_needed(const BlsView& view, const Arguments& after) const;
  Result<BlsEdits> edits(
      const BlsView& view, const Arguments& arguments, Purpose purpose = Purpose::write) const;
  // Every normal entry has `wanted`, `previous` is what a rollback returns to, and no trial is
  // left.
  Status make_good(
      const BlsView& view, const BlsEdits& edits, const BlsState::OfPlan& wanted,
      const std::optional<BlsState::OfPlan>& previous, const std::string& failed_plan,
      std::vector<std::string>& notes);
  // How the loader can take the arguments once.
  struct WayToTry {
    // With systemd-boot.
    BlsItem entry;
    // With GRUB; absent otherwise.
    std::optional<GrubBlsTrial> grub;
    // It is there already, and armed.
    bool armed = false;
  };
  // Refused where the loader cannot.
  Result<WayToTry> way_to_try(
      const BlsView& view, const BlsState::OfPlan& wanted, const Arguments& only) const;
  Status arm(
      const BlsView& view, const BlsItem& trial, const BlsState::OfPlan& wanted,
      std::vector<std::string>& notes);
  Status arm(
      const BlsView& view, const GrubBlsTrial& trial, const BlsState::OfPlan& wanted,
      std::vector<std::string>& notes);
  // The trial's entry is not taken any more, and is gone.
  Status disarm(const BlsView& view, BlsWriter& to);

  Files& files_;
  const Root& root_;
  const BootFacts boot_;
};

}  // namespace vfirst
