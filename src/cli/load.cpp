// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/load.hpp"

#include "bootloader/backend.hpp"
#include "bootloader/foreign.hpp"
#include "bootloader/slots.hpp"
#include "facts/read.hpp"
#include "policy/load.hpp"

#include <algorithm>
#include <cstdio>

namespace vfirst {

namespace {

MatchFacts words_of(const Facts& facts) {
  MatchFacts words{facts.dmi.product, facts.dmi.vendor, facts.dmi.serial, facts.hostname, facts.cpu.vendor, {}};
  for (const auto& function : facts.pci)
    for (const auto& port : function.ports)
      if (const auto& mac = port.permanent_mac ? port.permanent_mac : port.mac) words.macs.push_back(mac->str());
  return words;
}

}  // namespace

Result<Input> load_input(const Options& options) {
  auto root = VFIRST_TRY(Root::open(options.root));
  auto facts = VFIRST_TRY(read_facts(root, {.kernel = options.kernel, .modules = {}, .names = false}));
  DiskFiles files(root);
  if (const auto backend = backend_for(files, root, facts.boot)) {
    const auto state = VFIRST_TRY((*backend)->state());
    for (const auto& own : {state.good, state.next, state.trial_arguments})
      if (!own.empty()) facts.boot.own_arguments.push_back(own);
  }
  const auto slots = VFIRST_TRY(current_slots(root, facts.boot));
  // Not those of an adoption that was cut short before it was selected: they are others' still.
  for (const char name : {'a', 'b'})
    if (const auto* slot = slots.at(name); slot && (slot->plan != kAdopted || name == slots.now.good)) facts.boot.own_arguments.push_back(slot->trial_only.empty() ? slot->arguments : slot->arguments + " " + slot->trial_only);
  // The longest first: one may hold another, and is to be known as a whole.
  std::ranges::sort(facts.boot.own_arguments, std::ranges::greater{}, &std::string::size);
  auto policy = VFIRST_TRY(load_policy(root, options.policy, words_of(facts)));
  return Input{std::move(root), std::move(facts), std::move(policy)};
}

Result<std::string> next_arguments(const Input& input) {
  DiskFiles files(input.root);
  const auto backend = backend_for(files, input.root, input.facts.boot);
  if (!backend) return std::string();
  const auto state = VFIRST_TRY((*backend)->state());
  // A trial that runs now is what its own apply left behind.
  return state.trial == Trial::running ? state.trial_arguments : state.next;
}

Result<Plan> load_plan(const Input& input, const Options& options) {
  auto plan = VFIRST_TRY(make_plan(input.facts, input.policy, options.kernel));
  const DiskFiles files(input.root);
  for (const auto& word : plan.foreign) {
    const auto sources = foreign_sources(files, word);
    if (sources.empty()) continue;
    std::string where;
    for (const auto& source : sources) where += (where.empty() ? "" : ", ") + source.str();
    for (auto& finding : plan.findings)
      if (finding.code == "foreign-argument" && finding.message.find(fmt::format(" given {} by ", word)) != std::string::npos)
        finding.message += fmt::format(" ({}), or let vfirst apply --adopt take it over", where);
  }
  return plan;
}

ExitCode report_error(const Error& error) {
  fmt::print(stderr, "vfirst: {}\n", error.what);
  return exit_code_of(error);
}

}  // namespace vfirst
