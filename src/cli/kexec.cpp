// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/kexec.hpp"

#include "base/text.hpp"
#include "bootloader/selector.hpp"
#include "cli/transaction.hpp"
#include "plan/kexec.hpp"
#include "steps/release.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>

namespace vfirst {

namespace {

// systemd: from then on it calls reboot(2) itself where there is no kexec(8) (its PR 15189).
constexpr unsigned kKexecWithoutTools = 246;

// The jump is the last thing of a shutdown; who makes it, and can they?
[[gnu::cold]] Status shutdown_can_kexec(const Root& root, const RunProcess& run) {
  if (root.exists("usr/sbin/kexec") || root.exists("sbin/kexec")) return {};
  // dracut's shutdown knows kexec(8) alone, and reboots where it has none
  // (modules.d/99shutdown/shutdown.sh).
  if (root.exists("run/initramfs/.need_shutdown") || root.exists("run/initramfs/shutdown"))
    return refuse(
        "this host's shutdown ends in the initramfs, which can kexec only with kexec-tools: "
        "install kexec-tools and rebuild the initramfs");
  const auto ended = VFIRST_TRY(run({"systemctl", "--version"}, {}));
  const auto first_line = words(ended.out);
  const auto version =
      first_line.size() > 1
          ? parse_number(first_line[1].substr(0, first_line[1].find_first_not_of("0123456789")))
          : std::nullopt;
  if (version && *version < kKexecWithoutTools)
    return refuse("systemd {} needs kexec-tools for a kexec", *version);
  return {};
}

// Every planned argument stands in the line that will be loaded.
[[gnu::cold]] Status carries(const NextBoot& next, const Arguments& planned) {
  const auto all = split_arguments(next.cmdline);
  for (const auto& arg : planned)
    if (std::ranges::find(all, arg.raw, &KernelArg::raw) == all.end())
      return refuse("the entry that boots next lacks {}", arg.raw);
  return {};
}

[[gnu::cold]] Status go(
    const KexecParts& parts, const BootFacts& boot, const Plan& plan, const NextBoot& next) {
  VFIRST_CHECK(release_vfs(plan, parts.machine));
  if (next.trial) VFIRST_CHECK(count_trial(parts.files, boot, true));
  // systemd may end us as soon as it is asked.
  note_history(parts.files, fmt::format("plan {}: kexec into {}", plan.hash(), next.kernel));
  // --no-block: the unit that calls us must be able to end while the way down is queued.
  const auto asked = [&]() -> Status {
    const auto ended = VFIRST_TRY(parts.run({"systemctl", "--no-block", "kexec"}, {}));
    if (ended.code != 0)
      return failed(EIO, "systemctl kexec: exit code {}: {}", ended.code, trimmed(ended.err));
    return {};
  }();
  if (asked || !next.trial) return asked;
  if (const auto back = count_trial(parts.files, boot, false); !back)
    return failed(EIO, "{}; and {}", asked.error().what, back.error().what);
  return asked;
}

}  // namespace

bool kexec_begun(const Files& files, const Plan& plan) {
  const auto text = files.read(kKexecStamp).value_or("");
  const auto parts = words(text);
  return parts.size() == 2 && parts[0] == "plan" && plan.known_as(parts[1]);
}

Status stamp_kexec(Files& files, const std::string& plan_hash) {
  if (files.exists(kKexecStamp)) VFIRST_CHECK(files.remove(kKexecStamp));
  VFIRST_CHECK(files.create(kKexecStamp, "plan " + plan_hash + "\n"));
  return files.settle(kStateFolder);
}

Status clear_kexec(Files& files) {
  return files.exists(kKexecStamp) ? files.remove(kKexecStamp) : Status{};
}

Status kexec_host(const KexecParts& parts, const Facts& facts, const Plan& plan) {
  if (const auto why = against_kexec(facts, plan); !why.empty())
    return refuse("{}", why.front().str());
  VFIRST_CHECK(shutdown_can_kexec(parts.machine.root, parts.run));
  const auto next = VFIRST_TRY(next_boot(parts.files, facts.boot));
  VFIRST_CHECK(carries(next, plan.arguments()));
  VFIRST_CHECK(vfs_unused(plan, parts.machine));
  // Busy would speak of a VF.
  if (const auto loaded = parts.kexec.load({next.kernel, next.initrds, next.cmdline}); !loaded)
    return refuse("{}", loaded.error().what);
  spdlog::info("kexec into {}{}", next.kernel, next.trial ? ", as the trial's boot" : "");
  auto gone = go(parts, facts.boot, plan, next);
  if (!gone) parts.kexec.unload();
  return gone;
}

namespace {

// Machine's parts belong to the caller, so it is handed to a function.
[[gnu::cold]] Status with_machine(
    const HostActions& actions, const Root& root,
    const std::function<Status(const Machine&)>& what) {
  const auto events = VFIRST_TRY(kernel_events(actions));
  const auto net = kernel_net(actions);
  const auto modules = kernel_modules(actions);
  const auto nvme = kernel_nvme(actions, root);
  return what(Machine{root, *net, *modules, *events, *nvme});
}

}  // namespace

Status kexec_host(
    const HostActions& actions, Files& files, const Root& root, const Facts& facts,
    const Plan& plan) {
  const auto kexec = kernel_kexec(actions, root);
  return with_machine(actions, root, [&](const Machine& machine) {
    return kexec_host(
        {files, *kexec, machine,
         [](const auto& argv, std::string_view input) { return run_process(argv, input); }},
        facts, plan);
  });
}

Status host_vfs_unused(const HostActions& actions, const Root& root, const Plan& plan) {
  return with_machine(
      actions, root, [&](const Machine& machine) { return vfs_unused(plan, machine); });
}

}  // namespace vfirst
