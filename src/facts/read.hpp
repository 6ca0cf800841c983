// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The one way from a machine, or from a tree captured from one, to Facts.

#include "facts/facts.hpp"
#include "host/root.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct ReadOptions {
  // Target release where the tree has none in lib/modules.
  std::string kernel;
  // Further modules to look up in each kernel.
  std::vector<std::string> modules;
  // Device names from pci.ids: a megabyte to parse, for people only.
  bool names = false;
};

// Fails only where the tree shows no CPU at all; everything else that is missing is a line in
// Facts::gaps.
Result<Facts> read_facts(const Root& root, const ReadOptions& options = {});

// All but the boot loader and what NVMe controllers answer, as if the tree showed none: for
// carrying out the device plan, which is the same without them. An initramfs does not have /boot,
// and the readers of boot loaders are a tenth of a program that links them.
Result<Facts> read_machine(const Root& root, const ReadOptions& options = {});

// Fills in Kernel::parameters, and Kernel::modules, for the modules whose parameters a policy sets:
// which these are is known only after the facts.
void read_module_parameters(
    const Root& root, const std::vector<std::string>& modules, Facts& facts);

}  // namespace vfirst
