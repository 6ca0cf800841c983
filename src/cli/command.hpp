// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One command of the vfirst program: its name, its options and what it does.

#include "cli/exit_code.hpp"

#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

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
  std::string reboot;
  std::string subject;
  std::string output;
  std::string phase;
};

struct Command {
  const char* name;
  const char* summary;
  void (*declare)(CLI::App&, Options&);
  ExitCode (*run)(const Options&);
};

// Parses argv, runs the command it names and returns the process's exit code. A wrong word is one line on stderr with
// the nearest right one, and 64.
int run_program(int argc, char** argv, std::span<const Command> commands);

// Commands, one file each.
void declare_facts(CLI::App&, Options&);
ExitCode run_facts(const Options&);
void declare_plan(CLI::App&, Options&);
ExitCode run_plan(const Options&);
void declare_explain(CLI::App&, Options&);
ExitCode run_explain(const Options&);
void declare_apply(CLI::App&, Options&);
ExitCode run_apply(const Options&);
void declare_boot(CLI::App&, Options&);
ExitCode run_boot(const Options&);
void declare_verify(CLI::App&, Options&);
ExitCode run_verify(const Options&);
void declare_status(CLI::App&, Options&);
ExitCode run_status(const Options&);
void declare_capture(CLI::App&, Options&);
ExitCode run_capture(const Options&);

}  // namespace vfirst
