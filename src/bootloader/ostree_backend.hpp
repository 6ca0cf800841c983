// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Hosts whose arguments belong to ostree's deployments: vfirst runs the host's own program for
// them, bootc where it names owners, else rpm-ostree, and reads back what came of it. They make a
// new deployment, so the one before stays as it is and can be booted.

#include "bootloader/backend.hpp"
#include "bootloader/ostree_commands.hpp"
#include "host/process.hpp"

namespace vfirst {

class OstreeBackend final : public Backend {
 public:
  // `is_host`: the files are this host's. On another tree the programs would change nothing, so
  // they are named there and not run. `run` starts them; unset: as processes of this host.
  OstreeBackend(Files& files, const BootFacts& boot, bool is_host, RunProcess run = {})
      : files_(files), boot_(boot), is_host_(is_host), run_(std::move(run)) {}

  Result<ApplyOutcome> apply(const Arguments& wanted, const ApplyOptions& options) override;
  Result<LoaderState> state() const override;
  Result<Change> confirm() override;
  Result<Change> rollback() override;
  Result<Change> remove(bool dry_run) override;
  Result<Adoption> adopt(const Arguments& foreign) override;

 private:
  // What makes these ours, of the programs that this host has. Refused where neither can.
  Result<std::vector<std::string>> command_for(
      const OstreeNext& next, const Arguments& wanted) const;
  // "" where the program is not there or fails.
  std::string output_of(const std::vector<std::string>& argv) const;
  // Runs the command, and proves that the next boot has others' arguments and these. `record` is
  // kept with what is on its way, before, and with what came of it, after.
  Status change(
      const OstreeNext& next, const std::vector<std::string>& command,
      const BlsState::OfPlan& wanted, BlsState record);
  bool running_has(const Arguments& ours, const Arguments& before) const;

  Files& files_;
  const BootFacts& boot_;
  bool is_host_;
  RunProcess run_;
};

}  // namespace vfirst
