// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/load.hpp"

#include "bootloader/backend.hpp"
#include "facts/read.hpp"
#include "policy/load.hpp"
#include "steps/observe.hpp"

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
  // A loader that cannot be read is apply's and status's to complain about; the devices are planned without it.
  if (const auto backend = backend_for(files, root, facts.boot))
    if (auto state = (*backend)->state()) facts.boot.own_arguments = std::move(state->own);
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
  DiskFiles files(input.root);
  const auto backend = backend_for(files, input.root, input.facts.boot);
  for (const auto& [word, finding] : plan.foreign) {
    std::string where;
    if (!backend) break;
    for (const auto& source : (*backend)->sources(word)) where += (where.empty() ? "" : ", ") + source.str();
    if (!where.empty()) plan.findings[finding].message += fmt::format(" ({}), or let vfirst apply --adopt take it over", where);
  }
  return plan;
}

Result<VerifyReport> observe_input(const Input& input, const Plan& plan) {
  const auto events = VFIRST_TRY(kernel_events());
  const auto net = input.root.is_host() ? kernel_net() : no_net();
  const auto modules = kernel_modules();
  return observe(plan, Machine{input.root, *net, *modules, *events});
}

ExitCode report_error(const Error& error) {
  fmt::print(stderr, "vfirst: {}\n", error.what);
  return exit_code_of(error);
}

}  // namespace vfirst
