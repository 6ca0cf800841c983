// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// GRUB with our fragment in its generated configuration: two slot files and a block that selects
// one.

#include "bootloader/backend.hpp"

namespace vfirst {

class GrubBackend final : public Backend {
 public:
  GrubBackend(Files& files, const Root& root, const BootFacts& boot)
      : files_(files), root_(root), boot_(boot) {}

  Result<ApplyOutcome> apply(const Arguments& wanted, const ApplyOptions& options) override;
  Result<LoaderState> state() const override;
  Result<Change> confirm() override;
  Result<Change> rollback() override;
  Result<Change> remove(bool dry_run) override;
  Result<Adoption> adopt(const Arguments& foreign) override;

 private:
  // From what one selection takes to what another takes.
  Change change(
      const Slots& slots, std::optional<SlotId> before, std::optional<SlotId> after) const;

  Files& files_;
  const Root& root_;
  const BootFacts& boot_;
};

// What remove is made of, in a file of its own (remove.cpp).
Result<Change> remove_slots(
    Files& files, const Root& root, const BootFacts& boot, bool dry_run,
    const RunProcess& run = {});

}  // namespace vfirst
