// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Proxmox: proxmox-boot-tool copies kernels and arguments to partitions that are not mounted.
// vfirst changes what it copies from and has it copy. The slots are our record here: no boot loader
// reads them.

#include "bootloader/backend.hpp"
#include "host/process.hpp"

namespace vfirst {

class ProxmoxBackend final : public Backend {
 public:
  // `root` is this host. `run` starts proxmox-boot-tool; unset: as a process of this host.
  ProxmoxBackend(Files& files, const BootFacts& boot, RunProcess run = {})
      : files_(files), boot_(boot), run_(std::move(run)) {}

  Result<ApplyOutcome> apply(const Arguments& wanted, const ApplyOptions& options) override;
  Result<LoaderState> state() const override;
  Result<Change> confirm() override;
  Result<Change> rollback() override;
  Result<Change> remove(bool dry_run) override;
  Result<Adoption> adopt(const Arguments& foreign) override;

 private:
  // The text of the file that proxmox-boot-tool takes arguments from, with these as ours.
  Result<std::string> source_with(const Slots& slots, const Arguments& ours) const;
  Status put_source(const std::string& text, std::vector<std::string>& notes);
  Status refresh(std::vector<std::string>& notes) const;
  // Source, copies and record, in this order.
  Status make_good(
      Slots& slots, const Selection& next, const std::string& text,
      std::vector<std::string>& notes);

  Files& files_;
  const BootFacts& boot_;
  RunProcess run_;
};

// The file that a Proxmox host's arguments come from: etc/kernel/cmdline with systemd-boot, a file
// of ours in etc/default/grub.d with GRUB; "" where it is not known which of the two boots.
std::string_view proxmox_source(const BootFacts& boot);

}  // namespace vfirst
