// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/observe.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "facts/hugepage_pool.hpp"
#include "host/kmsg.hpp"
#include "steps/apply.hpp"
#include "steps/boot.hpp"
#include "steps/boot_record.hpp"
#include "steps/device.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace vfirst {

namespace {

// Why the initramfs left something to the real root; "" where it did not.
std::string initramfs_cause(const Root& root) {
  const auto initrd = read_boot_record(root, kInitrdFile);
  if (!initrd.skipped.empty()) return "in the initramfs: " + initrd.skipped;
  std::set<std::string> causes;
  for (const auto& step : initrd.steps)
    if (!step.blocked && !step.cause.empty()) causes.insert(step.cause);
  return causes.empty() ? "" : "left to the real root: " + joined(causes, "; ");
}

// Whether the initramfs made some of a PF's VFs and they are what is there now. VFs cannot be added
// to those that exist: the attempt of the real root fails because of them, and its cause does not
// say why the initramfs did not get all.
bool some_vfs_from_initramfs(
    const BootRecord::Step& early, const Action& action, std::string_view now) {
  return std::holds_alternative<CreateVfs>(action) && !early.cause.empty() && early.got == now &&
         now != "0";
}

std::string name_of(const Plan& plan, const PciAddress& pf) {
  const auto found = std::ranges::find(plan.pfs, pf, &PlannedPf::address);
  return found == plan.pfs.end() ? pf.str() : fmt::format("{} {}", found->name, pf.str());
}

std::string subject_of(const Plan& plan, const Action& action) {
  const auto pf = pf_of(action);
  return pf ? name_of(plan, *pf) + ' ' + subject_of(action) : subject_of(action);
}

}  // namespace

// The VFs of a PF that are to have the same driver share a row: "7 on vfio-pci".
std::vector<VerifyRow> check_steps(const Plan& plan, const Machine& machine) {
  const auto recorded = read_boot_record(machine.root, kResultFile),
             initrd = read_boot_record(machine.root, kInitrdFile);
  std::vector<VerifyRow> rows;
  struct Group {
    std::size_t row;
    unsigned all = 0, right = 0;
  };
  std::map<std::pair<PciAddress, VfDriver>, Group> groups;
  // The argument and the step ask for the same thing, one for the next boot and one for this: one
  // row.
  const bool expected = std::ranges::any_of(plan.expectations, [](const Expectation& one) {
    return std::holds_alternative<WantIrqAffinity>(one.want);
  });
  for (const auto& step : plan.steps) {
    if (expected && std::holds_alternative<SetDefaultIrqAffinity>(step.action)) continue;
    const auto asked = describe(step.action);
    const auto seen = verify(step.action, machine);
    auto cause = seen.cause;
    // The record holds the errno of the call that failed.
    if (const auto* known = recorded.find(step.action);
        known && seen.verdict != Verdict::ok && !known->blocked && !known->cause.empty()) {
      const auto* early = initrd.find(step.action);
      cause = early && some_vfs_from_initramfs(*early, step.action, seen.got) ? early->cause
                                                                              : known->cause;
    }
    const auto* bind = std::get_if<BindDriver>(&step.action);
    if (const auto* early = initrd.find(step.action);
        std::holds_alternative<AwaitDriver>(step.action) && seen.verdict == Verdict::ok && early &&
        !early->cause.empty())
      cause = fmt::format(
          "{}; {} is bound now: add it to the initramfs with dracut's add_drivers+=\" {} \"",
          early->cause, seen.got, seen.got);
    // Interrupts for which no vector was left work all the same, on other CPUs.
    const auto* pinning =
        std::holds_alternative<PinIrqs>(step.action) ? recorded.find(step.action) : nullptr;
    const bool no_vectors = pinning && pinning->error == "ENOSPC";
    if (no_vectors && seen.verdict != Verdict::unknown) cause = pinning->said;
    if (!bind) {
      rows.push_back(
          {subject_of(plan, step.action), seen.wanted, asked, seen.got, seen.verdict,
           step.required && !no_vectors, seen.evidence, cause});
      continue;
    }
    auto [group, fresh] = groups.try_emplace({bind->pf, bind->driver}, Group{rows.size()});
    if (fresh)
      rows.push_back(
          {fmt::format("{} VF drivers", name_of(plan, bind->pf)), "", "", "", Verdict::ok,
           step.required, seen.evidence, ""});
    auto& row = rows[group->second.row];
    ++group->second.all;
    if (seen.verdict == Verdict::ok)
      ++group->second.right;
    else if (row.cause.empty())
      row.cause = cause, row.evidence = seen.evidence;
    const auto [all, right] = std::pair(group->second.all, group->second.right);
    row.wanted = fmt::format("{} {}", all, bind->driver.with_phrase());
    row.got = fmt::format("{} {}", right, bind->driver.with_phrase());
    row.asked = all == 1 ? asked : bind->driver.assignment(fmt::format("{} VFs", all));
    row.verdict = right == all ? Verdict::ok : right == 0 ? Verdict::failed : Verdict::short_of;
  }
  return rows;
}

std::vector<VerifyRow> check_early_boot(const Plan& plan, const Root& root) {
  std::vector<VerifyRow> rows;
  if (plan.steps.empty()) return rows;
  const auto recorded = read_boot_record(root, kResultFile);
  const auto ready = read_ready(root);
  VerifyRow row{"early boot", "complete", "vfirst boot", "", Verdict::ok, true, kResultFile, ""};
  if (!recorded.exists) {
    // A capture without it.
    if (!root.exists("run")) return rows;
    row.got = "not run";
    row.verdict = Verdict::failed;
    row.cause =
        "vfirst boot did not run: check that vfirst.service is enabled and that the dracut module "
        "is in the initramfs";
  } else if (!recorded.skipped.empty()) {
    row.got = "skipped";
    row.verdict = Verdict::failed;
    row.cause = recorded.skipped;
  } else if (!recorded.complete || !ready) {
    row.got = "incomplete";
    row.verdict = Verdict::failed;
    const auto first = std::ranges::find_if(recorded.steps, [](const BootRecord::Step& step) {
      return !step.blocked && !step.cause.empty();
    });
    row.cause = first == recorded.steps.end() ? "some steps failed" : first->cause;
  } else {
    row.got = ready->phase == "initrd" ? "complete in the initramfs" : "complete in the real root";
    row.cause = initramfs_cause(root);
  }
  rows.push_back(row);
  const auto consumer = first_consumer(root);
  if (!ready || !consumer) return rows;
  const auto ahead = consumer->started_s - ready->at_s;
  rows.push_back(
      {fmt::format("ready before {}", consumer->name), "before", "",
       fmt::format("{:.1f} s {}", ahead < 0 ? -ahead : ahead, ahead < 0 ? "after" : "before"),
       ahead >= 0 ? Verdict::ok : Verdict::failed, true, kReadyFile,
       ahead >= 0 ? ""
                  : fmt::format(
                        "{} started before the VFs were ready: it was started by hand, or its unit "
                        "lacks the ordering",
                        consumer->name)});
  return rows;
}

Receipt make_receipt(const Plan& plan, const Root& root) {
  Receipt receipt;
  receipt.pfs = static_cast<unsigned>(plan.pfs.size());
  const bool same_driver = std::ranges::all_of(
      plan.vfs, [&](const PlannedVf& vf) { return vf.driver == plan.vfs.front().driver; });
  if (same_driver && !plan.vfs.empty()) receipt.vf_driver = plan.vfs.front().driver;
  for (const auto& vf : plan.vfs) {
    ++receipt.vfs_wanted;
    const auto device = steps::vf_address(root, vf.pf, vf.index);
    if (!device) continue;
    if (vf.driver.satisfied_by(steps::bound_driver(root, *device))) ++receipt.vfs_got;
  }
  for (const auto& pages : plan.hugepages) {
    const auto pool = hugepage_pool(root, pages.node, pages.size_kb);
    receipt.pages.push_back(
        {pages.node, pages.size_kb, pages.pages, root.number(pool + "/nr_hugepages").value_or(0)});
  }
  if (const auto isolated =
          CpuSet::parse_list(trimmed(root.read(kernel_paths::kIsolatedCpus).value_or(""))))
    receipt.isolated = *isolated;
  const auto ready = read_ready(root);
  if (const auto consumer = first_consumer(root); consumer && ready) {
    receipt.consumer = consumer->name;
    receipt.ready_before_s = consumer->started_s - ready->at_s;
  }
  return receipt;
}

VerifyReport observe(const Plan& plan, const Machine& machine) {
  VerifyReport report;
  report.release = machine.root.read(kernel_paths::kRelease).value_or("");
  report.plan_hash = plan.hash();
  for (const auto& finding : plan.findings)
    if (finding.severity == Severity::error)
      report.rows.push_back(
          {finding.code, "", "", "", Verdict::failed, true, "plan", finding.line()});
  for (const auto& finding : plan.findings)
    if (finding.severity == Severity::warning && finding.code.starts_with("neighbour-"))
      report.warnings.push_back(finding.line());
  const auto log = kernel_log(machine.root);
  for (const auto& expectation : plan.expectations)
    report.rows.push_back(check_expectation(expectation, machine.root, log));
  std::ranges::move(check_steps(plan, machine), std::back_inserter(report.rows));
  std::ranges::move(check_early_boot(plan, machine.root), std::back_inserter(report.rows));
  report.receipt = make_receipt(plan, machine.root);
  return report;
}

}  // namespace vfirst
