// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What nearly every command starts with: the root, what the machine is, what its policy wants, and
// the plan of the two.

#include "bootloader/backend.hpp"
#include "cli/command.hpp"
#include "facts/read.hpp"
#include "host/root.hpp"
#include "plan/plan.hpp"
#include "plan/verdict.hpp"

#include <memory>

namespace vfirst {

// The boot loader of a root, opened once for everything that a command asks of it or writes to it.
class LoaderAccess {
 public:
  LoaderAccess(Root&& root, const BootFacts& boot);
  // The backend refers to the rest.
  LoaderAccess(const LoaderAccess&) = delete;
  LoaderAccess& operator=(const LoaderAccess&) = delete;

  Files& files() { return files_; }
  // Null where vfirst cannot write this loader: why_none() says what its owner can do.
  Backend* backend() const { return backend_ ? backend_->get() : nullptr; }
  const Error& why_none() const { return backend_.error(); }

 private:
  const Root root_;
  const BootFacts boot_;
  DiskFiles files_;
  const Result<std::unique_ptr<Backend>> backend_;
};

struct Input {
  Root root;
  Facts facts;
  Policy policy;
  // null with --facts, because the loader's files are where the host is, and in early boot.
  std::shared_ptr<LoaderAccess> loader;
  // The facts are another host's (--facts): nothing under the root is about it.
  bool document = false;
};

// read_facts, or read_machine.
using FactsReader = Result<Facts> (*)(const Root&, const ReadOptions&);
// The machine under --root, without what writes its loader: for early boot.
Result<Input> load_tree(const Options&, FactsReader);
// The same with its loader, or the host of --facts. Not for early boot, whose program has neither a
// parser of documents nor what writes to a boot loader (load_input.cpp).
Result<Input> load_input(const Options&);
// The facts of load_input(), without a policy.
Result<Facts> load_facts(const Options&);
// vfirst's kernel arguments at the next boot, as they are on the disk; "" where vfirst cannot write
// this boot loader.
Result<std::string> next_arguments(const Input&);
Result<Plan> load_plan(const Input&, const Options&, StepsAt when = StepsAt::next_boot);

// The plan against what this root shows of its kernel.
Result<VerifyReport> observe_input(const Input&, const Plan&);

// Prints the error's line on stderr; the exit code says whether vfirst refused or the system
// failed.
ExitCode report_error(const Error&);
inline ExitCode report_error(const std::unexpected<Error>& why) {
  return report_error(why.error());
}

}  // namespace vfirst
