// SPDX-License-Identifier: GPL-2.0-or-later
// The boot loader's transaction alone, without facts, policy and plan:
//   apply_tool ROOT freeze|sync good|trial "ARGUMENTS"
//   apply_tool ROOT freeze|sync confirm|rollback|remove ["COMMAND LINE OF THIS BOOT"]
#include "bootloader/backend.hpp"

#include <cstdio>
#include <string_view>

using namespace vfirst;

namespace {

int fail(const Error& error) {
  return fmt::print(stderr, "{}\n", error.what), 1;
}

int apply(Backend& backend, const std::string& arguments, bool trial) {
  ApplyOptions options;
  options.plan = "test";
  options.trial = trial;
  // one plan, many trials
  options.force = true;
  if (trial) options.trial_only = "vfirst.trial=test";
  const auto outcome = backend.apply(arguments, options);
  if (!outcome) return fail(outcome.error());
  for (const auto& note : outcome->notes)
    fmt::print("note: {}\n", note);
  fmt::print(
      "slot={} changed={} wrote={} regenerated={}\n",
      outcome->slot ? slot_name(*outcome->slot) : "-", outcome->changed, outcome->wrote,
      outcome->regenerated);
  return 0;
}

int change(const Result<Change>& done) {
  if (!done) return fail(done.error());
  for (const auto& note : done->notes)
    fmt::print("note: {}\n", note);
  fmt::print("wrote={}\n", done->wrote);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  const std::string_view verb = argv[3];
  const std::string words = argc > 4 ? argv[4] : "";
  const auto root = Root::open(argv[1]);
  if (!root) return fail(root.error());
  BootFacts boot;
  boot.loader = Loader::grub;
  boot.filesystem = "ext4";
  DiskFiles files(*root, argv[2] == std::string_view("freeze") ? Settle::freeze : Settle::sync);
  const bool applies = verb == "good" || verb == "trial";
  if (!applies) boot.cmdline = words;
  const auto backend = backend_for(files, *root, boot);
  if (!backend) return fail(backend.error());
  if (applies) return apply(**backend, words, verb == "trial");
  if (verb == "confirm") return change((*backend)->confirm());
  if (verb == "rollback") return change((*backend)->rollback());
  if (verb == "remove") return change((*backend)->remove(false));
  return 64;
}
