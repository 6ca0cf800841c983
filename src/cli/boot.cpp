// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_paths.hpp"
#include "cli/command.hpp"

#include "cli/await_carrier.hpp"
#include "cli/events.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "facts/boot_nic.hpp"
#include "facts/read.hpp"
#include "host/supervise.hpp"
#include "kargs/command_line.hpp"
#include "plan/match_words.hpp"
#include "policy/brought.hpp"
#include "steps/boot.hpp"
#include "steps/gates.hpp"
#include "steps/late_irqs.hpp"
#include "steps/part.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <set>
#include <tuple>

namespace vfirst {

namespace {

// Spanning tree and DHCP take half a minute at worst.
constexpr Events::Time kPolicyWait = std::chrono::seconds(60);

// The VFs of a PF often fail for one reason: it is logged once a PF. The record has it for each.
bool reported_before(const StepResult& step) {
  // Kind of action, PF, what it failed for, what blocked it.
  using Report =
      std::tuple<std::string, std::optional<PciAddress>, std::string, std::optional<ActionId>>;
  // The runner calls one at a time.
  static std::set<Report> reported;
  if (step.state != StepState::failed && step.state != StepState::skipped) return false;
  if (step.reason.empty() && !step.blocked_by) return false;
  const auto kind = step.blocked_by ? std::string() : step.id.kind;
  return !reported.emplace(kind, step.pf, step.reason, step.blocked_by).second;
}

void log_step(const StepResult& step) {
  if (reported_before(step)) return;
  const auto line = step.cause.empty() ? step.text : fmt::format("{}: {}", step.text, step.cause);
  if (step.state == StepState::failed)
    spdlog::log(step.required ? spdlog::level::err : spdlog::level::warn, "{}", line);
  else if (step.state == StepState::skipped)
    spdlog::warn("{} (skipped)", line);
  else if (step.state == StepState::unchanged)
    spdlog::debug("{} (unchanged)", line);
  else
    spdlog::info("{} ({:.0f} ms)", line, step.ms);
}

// One line in the kernel's log, and so on the console: the only place where a host without a disk
// is seen to fail.
void announce(const BootReport& report, const Root& root) {
  // A second run.
  if (report.complete() && report.writes() == 0) return;
  std::string why;
  for (const auto& step : report.steps)
    if (why.empty() && step.required && step.state == StepState::failed)
      why = fmt::format("; {}: {}", step.text, step.cause);
  const auto where = report.phase == "initrd" ? "initramfs" : "real root";
  // "quiet" hides level 5 on the console, not level 3. Without a log nothing is lost: the record
  // has it.
  [[maybe_unused]] const auto told = root.write(
      kernel_paths::kLog,
      fmt::format(
          "<{}>vfirst: {} in the {}: {}{}\n", report.complete() ? 5 : 3,
          report.complete() ? "complete" : "incomplete", where, report.summary(), why));
}

// A host must boot even where its policy is wrong: the reason goes where verify and the owner look
// for it.
ExitCode record_refusal(
    const Error& error, const Root& root, bool initramfs, std::vector<StepResult> brought) {
  DiskFiles files(root, Settle::sync);
  BootReport report;
  report.phase = initramfs ? "initrd" : "root";
  report.skipped = error.what;
  report.steps = std::move(brought);
  if (auto status = record(report, files); !status) spdlog::error("{}", status.error().what);
  announce(report, root);
  return report_error(error);
}

// Errors of the plan, and each PF that is left alone: no step tells of that one.
void log_findings(const Plan& plan) {
  for (const auto& finding : plan.findings)
    if (finding.severity == Severity::error)
      spdlog::error("{}", finding.line());
    else if (finding.code == "pf-critical")
      spdlog::warn("{}", finding.line());
}

// What else than the root's own files the policy came from, as the first lines of the record.
std::vector<StepResult> bring(
    const HostActions& actions, const Root& root, Files& files, Events& events, bool initramfs) {
  std::vector<StepResult> out;
  auto seams = policy_seams(actions);
  seams.machine = [&root] {
    const auto facts = read_machine(root, {});
    return facts ? match_words(*facts) : MatchFacts{};
  };
  for (auto& source : bring_policy(
           root, files, events, seams, initramfs, initramfs ? kPolicyWait : Events::Time::zero())) {
    StepResult step{
        .id = {"bring-policy", {}, static_cast<unsigned>(out.size())},
        .text = std::move(source.text),
        .state = source.cause.empty() ? StepState::done : StepState::failed,
        .wanted = "there"};
    step.got = std::move(source.got);
    step.error = source.error;
    step.cause = std::move(source.cause);
    step.ms = static_cast<double>(source.took.count()) / 1000;
    log_step(step);
    out.push_back(std::move(step));
  }
  return out;
}

// Files that this boot brought and that the policy is made without, as further lines of the record.
void add_refused(const Policy& policy, std::vector<StepResult>& record) {
  for (const auto& line : policy.refused) {
    record.push_back(
        {.text = "policy that this boot brought",
         .state = StepState::failed,
         .wanted = "used",
         .cause = line});
    log_step(record.back());
  }
}

// For facts and plan, and for the record after the plan's own time. Nothing of that takes a second
// on a machine, but an emulated one whose host is busy needed more than 20 to read its PCI tree.
constexpr auto kLimit = std::chrono::seconds(60);

// Facts, plan, steps and record; the exit code is handed over before a thread that never returns
// could keep it. Only the whole of a plan is recorded: a part says nothing of the rest, and verify
// looks for itself.
ExitCode carry_out(const Options& options, const Part& part, const Supervisor& supervisor) {
  auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  const auto actions = HostActions::of(*root, "boot");
  if (!actions) return report_error(actions.error());
  const bool initramfs = in_initramfs(*root);

  // Listening begins before anything is looked at: what happens in between is then not missed.
  const auto events = kernel_events(*actions);
  if (!events) return report_error(events.error());
  DiskFiles files(*root, Settle::sync);
  // Before the policy is read: the kill switch works even if the policy is bad.
  if (const auto reason = closed_gate(*root, {})) {
    BootReport report;
    report.phase = initramfs ? "initrd" : "root";
    report.skipped = *reason;
    spdlog::info("nothing done: {}", *reason);
    if (!part.whole()) return ExitCode::done;
    if (auto status = record(report, files); !status) return report_error(status.error());
    return ExitCode::done;
  }
  const auto modules = kernel_modules(*actions);
  const auto cmdline = root->read(kernel_paths::kCommandLine).value_or("");
  if (initramfs && std::ranges::any_of(split_arguments(cmdline), [](const KernelArg& argument) {
        return argument.key == kBroughtArgument || argument.key == kBootNicArgument;
      }))
    // Twice: a fetch may begin at the wait's end.
    supervisor.allow(std::chrono::duration_cast<std::chrono::milliseconds>(
        2 * kPolicyWait + kCarrierWait + kLimit));
  auto brought =
      part.whole() ? bring(*actions, *root, files, **events, initramfs) : std::vector<StepResult>();
  if (initramfs) await_boot_nic(*root, cmdline, **events, *modules);
  auto input = load_tree(options, read_machine);
  auto plan = input ? load_plan(*input, options, StepsAt::now)
                    : Result<Plan>(std::unexpected(input.error()));
  if (initramfs && part.whole() && plan && waits_for_carrier(input->facts, *plan)) {
    supervisor.allow(
        std::chrono::duration_cast<std::chrono::milliseconds>(2 * kNetworkCarrierWait + kLimit));
    await_carriers(options, **events, input, plan);
  }
  if (!input)
    return part.whole() ? record_refusal(input.error(), *root, initramfs, std::move(brought))
                        : report_error(input.error());
  if (part.whole()) add_refused(input->policy, brought);
  if (!plan)
    return part.whole() ? record_refusal(plan.error(), *root, initramfs, std::move(brought))
                        : report_error(plan.error());
  if (!part.whole()) plan->steps = part_of(plan->steps, part);
  if (!part.whole() && plan->steps.empty()) {
    spdlog::debug("nothing to do: the plan has no such step");
    return ExitCode::done;
  }
  if (part.whole()) log_findings(*plan);

  const auto net = kernel_net(*actions);
  const auto nvme = kernel_nvme(*actions, *root);
  const Machine machine{*root, *net, *modules, **events, *nvme, initramfs};
  supervisor.allow(std::chrono::seconds(plan->timeout_s) + kLimit);
  auto report = boot(*plan, machine, std::chrono::seconds(plan->timeout_s), log_step);
  report.steps.insert(report.steps.begin(), brought.begin(), brought.end());
  if (part.whole()) {
    if (auto status = record(report, files); !status) spdlog::error("{}", status.error().what);
    if (report.skipped.empty())
      if (auto status = record_irqs(*plan, files); !status)
        spdlog::error("{}", status.error().what);
    announce(report, *root);
  }
  if (options.json) print_document(to_json(report));
  spdlog::info("{}", report.summary());
  if (report.writes() > 0) note_change("the devices were set up");
  // This may be a child, and what was lost is known here alone.
  const auto code = checked_output(
      report.complete() || !report.skipped.empty() ? ExitCode::done : ExitCode::failed);
  // A thread is still in a write from which the kernel does not return.
  if (report.abandoned) {
    std::fflush(nullptr);
    supervisor.done(static_cast<int>(code));
    _exit(static_cast<int>(code));
  }
  return code;
}

}  // namespace

std::span<const Option> boot_options() {
  static const std::array kOptions{
      Option{
          "--device", "Only the steps of this PF and those of the host", &Options::device, "BDF"},
      Option{"--only", "irqs: only queues, coalescing and IRQs", &Options::only, "WHAT", {"irqs"}},
      Option{"--links", "Only IRQs of ports that came up (for a socket unit)", &Options::links},
      Option{
          "--guest", "Only IRQs of this guest's VFs: its domain XML, - stdin", &Options::guest,
          "FILE"},
  };
  return kOptions;
}

ExitCode run_boot(const Options& options) {
  if (!options.guest.empty()) return pin_guest_irqs(options);
  Part part;
  if (!options.only.empty()) part.what = Part::What::tuning;
  if (!options.device.empty()) {
    const auto device = PciAddress::parse(options.device);
    if (!device) return report_error(device.error());
    part.devices.push_back(*device);
  }
  if (options.links) {
    auto pfs = pfs_that_came_up(options);
    if (!pfs) return report_error(pfs.error());
    if (pfs->empty()) return ExitCode::done;
    part = {Part::What::irqs, std::move(*pfs)};
  }
  const auto ended = supervise(
      [&](const Supervisor& supervisor) {
        return static_cast<int>(carry_out(options, part, supervisor));
      },
      kLimit);
  if (ended.how == Supervised::How::done) return static_cast<ExitCode>(ended.code);
  spdlog::error(
      ended.how == Supervised::How::limit ? "it did not end in time; gave up waiting"
                                          : "it ended before its work was done");
  return ExitCode::failed;
}

}  // namespace vfirst
