// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

int main(int argc, char** argv) {
  using namespace vfirst;
  static constexpr Command kCommands[] = {
      {"facts", "Show what this machine is.", declare_facts, run_facts},
      {"plan", "Show what the policy makes of this machine.", declare_plan, run_plan},
      {"explain", "Say why an argument or a device is planned so.", declare_explain, run_explain},
      {"apply", "Write the kernel arguments to the boot loader.", declare_apply, run_apply},
      {"boot", "Carry out the device plan: VFs, drivers, IRQs.", declare_boot, run_boot},
      {"verify", "Compare wanted and asked with what the kernel did.", declare_verify, run_verify},
      {"status", "Show the arguments of this boot and the next.", declare_status, run_status},
      {"capture", "Save what the planner reads, to plan elsewhere.", declare_capture, run_capture},
  };
  return run_program(argc, argv, kCommands);
}
