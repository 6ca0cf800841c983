// SPDX-License-Identifier: GPL-2.0-or-later
// What each installed kernel would make of the plan: options and modules it lacks, arguments it is
// too old for; and the running one's foreign arguments that stand before ours.
#include "base/text.hpp"
#include "facts/kernel_needs.hpp"
#include "kargs/catalogue.hpp"
#include "kargs/conflicts.hpp"
#include "kargs/isolcpus.hpp"
#include "plan/draft.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace vfirst {

namespace {

// The facts hold the options that are set, of those that they look for.
bool lacks(const Kernel& kernel, std::string_view option) {
  if (std::ranges::find(facts::kConfigOptions, option) == std::end(facts::kConfigOptions))
    return false;
  const auto has = kernel.config.find(std::string(option));
  return has == kernel.config.end() || (has->second != "y" && has->second != "m");
}

void missing_options(Draft& draft, const Kernel& kernel) {
  // Option -> keys of the arguments that need it.
  std::map<std::string, std::vector<std::string>> without;
  // Key -> the line that asks for it.
  std::map<std::string, Origin> asked;
  std::set<std::string> seen;
  for (const auto& arg : draft.plan.kargs) {
    const auto* info = karg_info(arg.key);
    if (!info || !seen.insert(arg.key).second) continue;
    asked[arg.key] = arg.policy;
    if (kernel.version.known() && kernel.version < info->since)
      draft.add_finding(
          Severity::warning, "kernel-too-old", Subject::kernel(kernel.release),
          fmt::format(
              "kernel {} would ignore {}=, which came with Linux {}.{}", kernel.release, arg.key,
              info->since.major, info->since.minor),
          {arg.policy}, {Subject::argument(arg.key)});
    if (!kernel.config_known) continue;
    for (const auto option : info->config) {
      if (lacks(kernel, option)) without[std::string(option)].push_back(arg.key);
    }
  }
  for (const auto& [option, keys] : without) {
    std::vector<Subject> related{Subject::option(option)};
    std::vector<Origin> lines;
    for (const auto& key : keys) {
      related.push_back(Subject::argument(key));
      if (const auto& line = asked[key]; std::ranges::find(lines, line) == lines.end())
        lines.push_back(line);
    }
    draft.add_finding(
        Severity::warning, "kernel-config", Subject::kernel(kernel.release),
        fmt::format(
            "kernel {} would ignore {}=: {} is not set", kernel.release, fmt::join(keys, "=, "),
            option),
        std::move(lines), std::move(related));
  }
}

void missing_modules(Draft& draft, const Kernel& kernel) {
  if (!kernel.modules_known) return;
  const auto look = [&](const std::string& name, std::string_view use, Severity severity,
                        std::vector<Subject> users) {
    const auto state = kernel.modules.find(name);
    if (state == kernel.modules.end() || state->second != ModuleState::missing) return;
    users.push_back(Subject::module(name));
    draft.add_finding(
        severity, "kernel-module", Subject::kernel(kernel.release),
        fmt::format("kernel {} has no module {}, {}", kernel.release, name, use), {},
        std::move(users));
  };
  std::set<std::string> drivers;
  for (const auto& step : draft.plan.steps)
    // A driver that one kernel chose for `vfio` is not missed in another, which chooses its own.
    if (const auto* load = std::get_if<LoadModule>(&step.action);
        load &&
        (!draft.plan.loads_chosen_driver(step) || kernel.release == draft.steps_kernel->release))
      look(load->name, "which VFs are to be bound to", Severity::error, {});
  for (const auto& pf : draft.pfs)
    if (!pf.function->driver.empty() && drivers.insert(pf.function->driver).second)
      look(
          pf.function->driver, "which drives " + pf.function->address.str(), Severity::warning,
          {Subject::device(pf.function->address)});
}

// Another kernel chooses another driver for `vf-driver = vfio`, and with it what guests can do.
void other_choice(Draft& draft, const Kernel& kernel) {
  if (!kernel.modules_known || kernel.release == draft.steps_kernel->release) return;
  for (const auto& pf : draft.pfs) {
    const auto planned = std::ranges::find_if(draft.plan.vfs, [&](const PlannedVf& vf) {
      return vf.pf == pf.function->address && vf.driver.is_best() && vf.driver.is_known();
    });
    if (planned == draft.plan.vfs.end()) continue;
    const auto other = best_driver(kernel, *pf.function);
    if (other == planned->driver) continue;
    draft.add_finding(
        Severity::note, "kernel-vf-driver", Subject::kernel(kernel.release),
        fmt::format(
            "kernel {} binds the VFs of {} to {}, and not to {}", kernel.release,
            pf.function->address.str(), other.name(), planned->driver.name()),
        {}, {Subject::device(pf.function->address)});
  }
}

// "etc/default/grub:6", as the facts have it.
Origin origin_of(const std::string& place) {
  const auto colon = place.rfind(':');
  const auto line =
      colon == place.npos ? std::nullopt : parse_number(std::string_view(place).substr(colon + 1));
  return line ? Origin{place.substr(0, colon), static_cast<unsigned>(*line)} : Origin{place, 0};
}

// The lines that a later boot has the argument from; empty where no file has it.
std::vector<Origin> places_of(const BootFacts& boot, const std::string& argument) {
  std::vector<Origin> places;
  if (const auto known = boot.sources.find(argument); known != boot.sources.end())
    std::ranges::transform(known->second, std::back_inserter(places), origin_of);
  return places;
}

// isolcpus= of others takes CPUs out of the scheduler's balancing, whatever lists ours has.
void against_balanced(
    const Draft& draft, const std::vector<KernelArg>& ours, std::vector<ForeignConflict>& found) {
  if (!draft.plan.balanced) return;
  const auto own = std::ranges::find_if(
      ours, [](const KernelArg& arg) { return arg.is("isolcpus") || arg.is("nohz_full"); });
  if (own == ours.end()) return;
  for (const auto& arg : draft.foreign_arguments().args()) {
    if (!arg.is("isolcpus") || !split_isolcpus(arg.value.value_or("")).domain) continue;
    if (std::ranges::any_of(found, [&](const ForeignConflict& one) { return one.foreign == arg; }))
      continue;
    found.push_back(
        {arg, *own,
         "it takes its CPUs out of the scheduler's balancing, in which isolate = balanced leaves "
         "them"});
  }
}

void conflicts(Draft& draft) {
  const auto& boot = draft.facts.boot;
  if ((boot.cmdline.empty() && !boot.next.known()) || draft.plan.kargs.empty()) return;
  const auto ours = draft.plan.arguments();
  const auto& possible = draft.next.possible;
  auto found = foreign_conflicts(
      draft.foreign_arguments(), ours.list(), draft.kernel.version, *possible.last() + 1);
  against_balanced(draft, ours.list(), found);
  for (const auto& one : found) {
    const auto places = places_of(boot, one.foreign.raw);
    // grub.cfg itself is made by others, and an adoption would not last there.
    const bool adoptable = std::ranges::any_of(
        places, [&](const Origin& place) { return place.str() != boot.next.source; });
    draft.add_finding(
        Severity::warning, std::string(kForeignArgument), Subject::argument(one.foreign.raw),
        fmt::format(
            "the {} kernel's command line has {}, which is not vfirst's, before {}, and {}: "
            "remove it",
            boot.next.known() ? "next" : "running", one.foreign.raw, one.ours.raw, one.rule),
        places, {Subject::argument(one.ours.raw)});
    if (adoptable) draft.plan.findings.back().remedy = "vfirst apply --adopt can do that";
    if (!draft.plan.foreign.contains(one.foreign)) draft.plan.foreign.append(one.foreign);
  }
}

}  // namespace

void kernel_findings(Draft& draft) {
  for (const auto* kernel : draft.target_kernels()) {
    missing_options(draft, *kernel);
    missing_modules(draft, *kernel);
    other_choice(draft, *kernel);
  }
  conflicts(draft);
}

}  // namespace vfirst
