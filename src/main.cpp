// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

int main(int argc, char** argv) {
  using namespace vfirst;
  static constexpr Command kCommands[] = {
      {"facts", "Show what this machine is.", facts_options, run_facts},
      {"plan", "Show what the policy makes of this machine.", plan_options, run_plan},
      {"explain", "Say why an argument or a device is planned so.", explain_options, run_explain},
      {"apply", "Write the kernel arguments to the boot loader.", apply_options, run_apply},
      {"confirm", "Keep the arguments on trial if verify is green.", confirm_options, run_confirm},
      {"rollback", "Take a trial back, or go back to the arguments before.", rollback_options,
       run_rollback},
      {"remove", "Take out every argument and file of ours.", remove_options, run_remove},
      {"history", "Show what became of earlier arguments.", history_options, run_history},
      {"boot", "Carry out the device plan: VFs, drivers, IRQs.", boot_options, run_boot},
      {"verify", "Compare wanted and asked with what the kernel did.", verify_options, run_verify},
      {"status", "Show the arguments of this boot and the next.", status_options, run_status},
      {"simulate", "Say what a kernel will do with a command line.", simulate_options,
       run_simulate},
      {"export", "Print the plan in another program's words.", export_options, run_export},
      {"lint", "Say what a policy would give each of many machines.", lint_options, run_lint},
      {"seal", "Take one machine's traces out of an image; prove it.", seal_options, run_seal},
      {"capture", "Save what the planner reads, to plan elsewhere.", capture_options, run_capture},
  };
  return run_program(argc, argv, kCommands);
}
