// SPDX-License-Identifier: GPL-2.0-or-later
// The record of a boot under run/: JSON for people and tools, and three lines of text for the
// second run and for verify, so that the initramfs needs no JSON parser.
#include "base/json.hpp"
#include "base/text.hpp"
#include "steps/boot.hpp"

#include <cstdlib>
#include <set>

namespace vfirst {

namespace {

double to_the_millisecond(double value) {
  return static_cast<double>(static_cast<long long>(value * 1000 + 0.5)) / 1000;
}

Status record_pfs(const BootReport& report, Files& files) {
  const auto before = files.read(kOwnPfsFile).value_or(std::string());
  std::set<std::string> pfs;
  for (const auto line : split(before, '\n'))
    if (!line.empty()) pfs.emplace(line);
  const auto known = pfs.size();
  for (const auto& step : report.steps)
    if (step.pf && (step.state == StepState::done || step.state == StepState::unchanged))
      pfs.insert(step.pf->str());
  if (pfs.size() == known) return {};
  std::string text;
  for (const auto& pf : pfs)
    text += pf + "\n";
  return replace(files, kOwnPfsFile, text);
}

Json to_json(const ActionId& id) {
  Json out;
  out["kind"] = id.kind;
  out["subject"] = id.subject;
  if (id.index) out["index"] = *id.index;
  return out;
}

}  // namespace

std::string to_json(const BootReport& report) {
  Json out;
  out["schema"] = "vfirst.boot/1";
  out["phase"] = report.phase;
  out["plan"] = report.plan_hash;
  if (!report.skipped.empty()) out["skipped"] = report.skipped;
  out["complete"] = report.complete();
  out["abandoned"] = report.abandoned;
  out["started_s"] = to_the_millisecond(report.started_s);
  out["finished_s"] = to_the_millisecond(report.finished_s);
  out["writes"] = report.writes();
  auto steps = Json::array();
  for (const auto& step : report.steps) {
    auto one = to_json(step.id);
    one["step"] = step.text;
    one["state"] = state_name(step.state);
    one["wanted"] = step.wanted;
    one["got"] = step.got;
    if (step.error) one["errno"] = errno_name(step.error);
    if (!step.cause.empty()) one["cause"] = step.cause;
    if (step.blocked_by) one["blocked_by"] = to_json(*step.blocked_by);
    if (!step.required) one["required"] = false;
    one["writes"] = step.writes;
    one["ms"] = to_the_millisecond(step.ms);
    steps.push_back(std::move(one));
  }
  out["steps"] = std::move(steps);
  return document(out);
}

std::optional<Ready> parse_ready(std::string_view text) {
  Ready ready;
  for (const auto line : split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == line.npos) continue;
    const auto key = line.substr(0, equals);
    const std::string value(line.substr(equals + 1));
    if (key == "at")
      ready.at_s = std::strtod(value.c_str(), nullptr);
    else if (key == "phase")
      ready.phase = value;
    else if (key == "plan")
      ready.plan_hash = value;
  }
  if (ready.at_s <= 0) return std::nullopt;
  return ready;
}

std::optional<Ready> read_ready(const Root& root) {
  const auto text = root.read(kReadyFile);
  if (!text) return std::nullopt;
  return parse_ready(*text);
}

Status record(const BootReport& report, Files& files) {
  VFIRST_CHECK(record_pfs(report, files));
  std::optional<Ready> before;
  if (const auto text = files.read(kReadyFile)) before = parse_ready(*text);
  // The initramfs may still have the program of 0.1.0, which has another hash for the same plan.
  const bool same = before && report.is_of_plan(before->plan_hash);
  if (same && report.complete() && report.writes() == 0 && files.exists(kResultFile)) return {};
  // The initramfs always leaves a result, also where a gate was closed.
  if (report.phase == "root" && !files.exists(kResultFile)) {
    BootReport none;
    none.phase = "initrd";
    none.skipped = "vfirst did not run; dracut's module vfirst is missing";
    VFIRST_CHECK(replace(files, kInitrdFile, to_json(none)));
  }
  const auto json = to_json(report);
  if (report.phase == "initrd" && (!report.complete() || report.count(StepState::failed)))
    VFIRST_CHECK(replace(files, kInitrdFile, json));
  VFIRST_CHECK(replace(files, kResultFile, json));
  if (!report.complete()) return files.exists(kReadyFile) ? files.remove(kReadyFile) : Status{};
  if (same && report.writes() == 0) return {};
  return replace(
      files, kReadyFile,
      fmt::format(
          "at={:.3f}\nphase={}\nplan={}\n", report.finished_s, report.phase, report.plan_hash));
}

}  // namespace vfirst
