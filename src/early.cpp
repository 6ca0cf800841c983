// SPDX-License-Identifier: GPL-2.0-or-later
// The program of the initramfs: `vfirst boot` and what that needs. Reports, exports and readers of
// documents are not in it.
#include "cli/command.hpp"

int main(int argc, char** argv) {
  using namespace vfirst;
  static constexpr Command kCommands[] = {
      {"boot", "Carry out the device plan: VFs, drivers, IRQs.", boot_options, run_boot},
  };
  return run_program(argc, argv, kCommands);
}
