// SPDX-License-Identifier: GPL-2.0-or-later
// apply_tool ROOT freeze|sync good|trial "ARGUMENTS": apply_arguments alone, without facts, policy and plan.
#include "bootloader/apply.hpp"

#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
  using namespace vfirst;
  if (argc != 5) return 64;
  const auto root = Root::open(argv[1]);
  if (!root) return fmt::print(stderr, "{}\n", root.error().what), 1;
  BootFacts boot;
  boot.loader = Loader::grub;
  boot.filesystem = "ext4";
  ApplyOptions options;
  options.plan = "test";
  options.trial = argv[3] == std::string_view("trial");
  DiskFiles files(*root, argv[2] == std::string_view("freeze") ? Settle::freeze : Settle::sync);
  const auto outcome = apply_arguments(files, *root, boot, argv[4], options);
  if (!outcome) return fmt::print(stderr, "{}\n", outcome.error().what), 1;
  for (const auto& note : outcome->notes) fmt::print("note: {}\n", note);
  fmt::print("slot={} changed={} wrote={} regenerated={}\n", outcome->slot ? outcome->slot : '-', outcome->changed,
             outcome->wrote, outcome->regenerated);
}
