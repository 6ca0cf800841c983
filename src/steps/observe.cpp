// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/observe.hpp"

#include "base/text.hpp"
#include "facts/hugepage_pool.hpp"
#include "host/kmsg.hpp"
#include "steps/apply.hpp"
#include "steps/boot.hpp"
#include "steps/device.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace vfirst {

namespace {

struct Recorded {
  bool there = false, complete = false;
  std::string skipped, phase;
  // of failed steps, by their text: they hold the errno
  std::map<std::string, std::string> causes;
  // what these steps left, by the same text
  std::map<std::string, std::string> got;
};

Recorded read_record(const Root& root, const char* file = kResultFile) {
  Recorded out;
  const auto text = root.read(file);
  if (!text) return out;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return out;
  out.there = true;
  out.complete = json.value("complete", false);
  out.skipped = json.value("skipped", "");
  out.phase = json.value("phase", "");
  for (const auto& step : json.value("steps", nlohmann::json::array()))
    if (step.is_object() && step.contains("cause") && step.value("state", "") != "done") {
      out.causes[step.value("step", "")] = step.value("cause", "");
      out.got[step.value("step", "")] = step.value("got", "");
    }
  return out;
}

// Why the initramfs left something to the real root; "" where it did not.
std::string initramfs_cause(const Root& root) {
  const auto initrd = read_record(root, kInitrdFile);
  if (!initrd.skipped.empty()) return "in the initramfs: " + initrd.skipped;
  std::set<std::string> causes;
  for (const auto& [step, cause] : initrd.causes)
    if (!cause.starts_with("needs: ")) causes.insert(cause);
  return causes.empty() ? "" : fmt::format("left to the real root: {}", fmt::join(causes, "; "));
}

// Whether the initramfs made some of a PF's VFs and they are what is there now. VFs cannot be added
// to those that exist: the attempt of the real root fails because of them, and its cause does not
// say why the initramfs did not get all.
bool some_vfs_from_initramfs(
    const Recorded& initrd, const Action& action, const std::string& asked, std::string_view now) {
  const auto left = initrd.got.find(asked);
  return std::holds_alternative<CreateVfs>(action) && left != initrd.got.end() &&
         left->second == now && now != "0";
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
  const auto recorded = read_record(machine.root), initrd = read_record(machine.root, kInitrdFile);
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
    if (const auto known = recorded.causes.find(asked); known != recorded.causes.end() &&
                                                        seen.verdict != Verdict::ok &&
                                                        !known->second.starts_with("needs: "))
      cause = some_vfs_from_initramfs(initrd, step.action, asked, seen.got)
                  ? initrd.causes.at(asked)
                  : known->second;
    const auto* bind = std::get_if<BindDriver>(&step.action);
    if (std::holds_alternative<AwaitDriver>(step.action) && seen.verdict == Verdict::ok &&
        initrd.causes.contains(asked))
      cause = fmt::format(
          "{}; {} is here now: dracut's add_drivers+=\" {} \" puts it there",
          initrd.causes.at(asked), seen.got, seen.got);
    if (!bind) {
      rows.push_back(
          {subject_of(plan, step.action), seen.wanted, asked, seen.got, seen.verdict, step.required,
           seen.evidence, cause});
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
  const auto recorded = read_record(root);
  const auto ready = read_ready(root);
  VerifyRow row{"early boot", "complete", "vfirst boot", "", Verdict::ok, true, kResultFile, ""};
  if (!recorded.there) {
    // a capture without it
    if (!root.exists("run")) return rows;
    row.got = "not run";
    row.verdict = Verdict::failed;
    row.cause =
        "vfirst boot did not run: is vfirst.service enabled, and the dracut module in the "
        "initramfs?";
  } else if (!recorded.skipped.empty()) {
    row.got = "skipped";
    row.verdict = Verdict::failed;
    row.cause = recorded.skipped;
  } else if (!recorded.complete || !ready) {
    row.got = "incomplete";
    row.verdict = Verdict::failed;
    row.cause = recorded.causes.empty() ? "some steps failed" : recorded.causes.begin()->second;
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
                        "{} started before the VFs were ready: was it started by hand, or "
                        "has its unit lost its ordering?",
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
          CpuSet::parse_list(trimmed(root.read("sys/devices/system/cpu/isolated").value_or(""))))
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
  report.release = machine.root.read("proc/sys/kernel/osrelease").value_or("");
  report.plan_hash = plan.hash();
  for (const auto& finding : plan.findings)
    if (finding.severity == Severity::error)
      report.rows.push_back(
          {finding.code, "", "", "", Verdict::failed, true, "plan", finding.message});
  for (const auto& finding : plan.findings)
    if (finding.severity == Severity::warning && finding.code.starts_with("neighbour-"))
      report.warnings.push_back(finding.message);
  const auto log = kernel_log(machine.root);
  for (const auto& expectation : plan.expectations)
    report.rows.push_back(check_expectation(expectation, machine.root, log));
  std::ranges::move(check_steps(plan, machine), std::back_inserter(report.rows));
  std::ranges::move(check_early_boot(plan, machine.root), std::back_inserter(report.rows));
  report.receipt = make_receipt(plan, machine.root);
  return report;
}

}  // namespace vfirst
