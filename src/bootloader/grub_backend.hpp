// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// GRUB with our fragment in its generated configuration: two slot files and a block that selects
// one.

#include "bootloader/backend.hpp"
#include "bootloader/slots.hpp"

namespace vfirst {

class GrubBackend final : public Backend {
 public:
  GrubBackend(Files& files, const Root& root, const BootFacts& boot)
      : files_(files), root_(root), boot_(boot) {}

  Result<ApplyOutcome> apply(const std::string& cmdline, const ApplyOptions& options) override;
  Result<LoaderState> state() const override;
  Result<Change> confirm() override;
  Result<Change> rollback() override;
  Result<Change> remove(bool dry_run) override;
  Result<Adoption> adopt(const std::vector<std::string>& words) override;
  std::vector<ForeignSource> sources(std::string_view word) const override;

 private:
  Change change(const Slots& slots, char before, char after) const;

  Files& files_;
  const Root& root_;
  const BootFacts& boot_;
};

// What remove is made of, for its own file.
Result<Change> remove_slots(
    Files& files, const Root& root, const BootFacts& boot, bool dry_run,
    const RunProcess& run = {});

}  // namespace vfirst
