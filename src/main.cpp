// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

int main(int argc, char** argv) {
  using namespace vfirst;
  static constexpr Command kCommands[] = {
      {"facts", "Show what this machine is.", declare_facts, run_facts},
      {"plan", "Show what the policy makes of this machine; change nothing.", declare_plan, run_plan},
      {"explain", "Say why one kernel argument or one device is planned as it is.", declare_explain, run_explain},
      {"apply", "Write the planned kernel arguments to the boot loader.", declare_apply, run_apply},
      {"boot", "Carry out the device plan: VFs, drivers, coalescing, IRQ affinity.", declare_boot, run_boot},
      {"verify", "Compare what was wanted and asked for with what the kernel did.", declare_verify, run_verify},
      {"status", "Show which arguments are in charge, now and at the next boot.", declare_status, run_status},
      {"capture", "Save what the planner reads, to plan for this machine elsewhere.", declare_capture, run_capture},
  };
  return run_program(argc, argv, kCommands);
}
