// SPDX-License-Identifier: GPL-2.0-or-later
// The backend for Boot Loader Specification entries, or for ostree's deployments, alone, without
// policy and plan:
//   bls_tool ROOT apply|trial PLAN "ARGUMENTS"
//   bls_tool ROOT state|confirm|rollback|remove ["COMMAND LINE OF THIS BOOT"]
// One line each, key=value; notes behind it.
#include "bootloader/bls_backend.hpp"
#include "bootloader/ostree_backend.hpp"
#include "bootloader/support.hpp"
#include "facts/readers.hpp"

#include <cstdio>
#include <string_view>

using namespace vfirst;

namespace {

int said(const Error& error) {
  fmt::print("refused={}: {}\n", error.kind == Error::Kind::refused, error.what);
  return 5;
}

template <class Outcome>
int print(const Result<Outcome>& done) {
  if (!done) return said(done.error());
  fmt::print(
      "before='{}' after='{}' wrote={} reboot={}\n", done->before.str(), done->after.str(),
      done->wrote, done->reboot_needed);
  for (const auto& note : done->notes)
    fmt::print("note: {}\n", note);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 64;
  const auto root = Root::open(argv[1]);
  if (!root) return said(root.error());
  // The boot loader's alone: a tree of a test shows no hardware.
  facts::Gaps gaps;
  const auto mounts = facts::read_mounts(*root);
  auto boot = facts::read_boot(*root, mounts, gaps);
  facts::read_loader(*root, mounts, boot, gaps);
  const auto found = boot.loader;
  if (boot.loader != Loader::grub_bls && boot.loader != Loader::ostree)
    boot.loader = Loader::systemd_boot;
  if (argc == 4) boot.cmdline = argv[3];
  DiskFiles files(*root);
  BlsBackend entries(files, *root, boot);
  OstreeBackend deployments(files, boot, root->is_host());
  Backend& backend = boot.loader == Loader::ostree ? static_cast<Backend&>(deployments) : entries;
  const std::string_view verb = argv[2];
  if (verb == "state") {
    const auto state = backend.state();
    if (!state) return said(state.error());
    fmt::print(
        "loader='{}' good='{}' next='{}' trial={} plan={} place='{}'\n", loader_name(found),
        state->good.str(), state->next.str(), trial_name(state->trial), state->trial_plan,
        state->next_place);
    for (const auto& line : state->damage)
      fmt::print("damage: {}\n", line);
    return 0;
  }
  if (verb == "confirm") return print(backend.confirm());
  if (verb == "rollback") return print(backend.rollback());
  if (verb == "remove") return print(backend.remove(false));
  if (argc != 5 || (verb != "apply" && verb != "trial")) return 64;
  ApplyOptions options;
  options.plan = argv[3];
  options.trial = verb == "trial";
  options.trial_only = fmt::format("panic=5 vfirst.trial={}", options.plan);
  return print(backend.apply(argv[4], options));
}
