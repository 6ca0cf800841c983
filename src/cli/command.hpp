// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One command of the vfirst program: its name, its options and what it does.

#include "cli/exit_code.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace vfirst {

// What every command takes, and what the single ones add; a command reads only what it declared.
struct Options {
  std::string root = "/";
  std::vector<std::string> policy;
  std::string kernel;
  bool json = false;
  bool verbose = false;

  bool diff = false;
  bool cmdline = false;
  bool dry_run = false;
  bool detailed_exitcode = false;
  bool provision = false;
  bool no_trial = false;
  bool force = false;
  bool adopt = false;
  std::string reboot;
  std::string subject;
  std::string output;
  std::string phase;
  std::string only;
  std::string device;
  std::string guest;
  bool links = false;
  std::string pool;
  std::string vf;
  std::string node;
  std::string mac;
  std::string with;
  std::string linux_file;
  std::string initrd_file;
  std::string host_policy;
  std::string facts;
  std::string facts_dir;
  std::string out;
  std::vector<std::string> paths;
  bool check = false;
};

// One option of a command: a flag, a word, or a word that may be said several times. A name without
// a dash is a positional argument.
struct Option {
  // "--dry-run", "-o,--output", "SUBJECT".
  const char* name;
  // At most 54 characters: help is 80 columns wide.
  const char* help;
  std::variant<bool Options::*, std::string Options::*, std::vector<std::string> Options::*> field;
  // What stands for the word in the help: "FILE".
  const char* value = "";
  // Nothing else is taken; empty: anything.
  std::vector<std::string> one_of = {};
  // A positional argument without which there is no command.
  bool needed = true;
};

// What the help and the completions say of the options that the parser itself has.
inline constexpr auto kHelpText = "Show this help", kVersionText = "Show the version";

struct Command {
  const char* name;
  const char* summary;
  std::span<const Option> (*options)();
  ExitCode (*run)(const Options&);
};

// That every command takes.
std::span<const Option> common_options();

// Parses argv, runs the command it names and returns the process's exit code. A wrong word is one
// line on stderr with the nearest right one, and 64.
int run_program(int argc, char** argv, std::span<const Command> commands);

// Commands, one file each.
std::span<const Option> facts_options();
ExitCode run_facts(const Options&);
std::span<const Option> plan_options();
ExitCode run_plan(const Options&);
std::span<const Option> explain_options();
ExitCode run_explain(const Options&);
std::span<const Option> apply_options();
ExitCode run_apply(const Options&);
std::span<const Option> boot_options();
ExitCode run_boot(const Options&);
std::span<const Option> verify_options();
ExitCode run_verify(const Options&);
std::span<const Option> confirm_options();
ExitCode run_confirm(const Options&);
std::span<const Option> rollback_options();
ExitCode run_rollback(const Options&);
std::span<const Option> remove_options();
ExitCode run_remove(const Options&);
std::span<const Option> history_options();
ExitCode run_history(const Options&);
std::span<const Option> status_options();
ExitCode run_status(const Options&);
std::span<const Option> capture_options();
ExitCode run_capture(const Options&);
std::span<const Option> simulate_options();
ExitCode run_simulate(const Options&);
std::span<const Option> export_options();
ExitCode run_export(const Options&);
std::span<const Option> lint_options();
ExitCode run_lint(const Options&);
std::span<const Option> seal_options();
ExitCode run_seal(const Options&);

}  // namespace vfirst
