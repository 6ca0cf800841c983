// SPDX-License-Identifier: GPL-2.0-or-later
// A boot in the order of init/main.c: early arguments first, then all arguments in their order,
// then the rest for init.
#include "kargs/simulate.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "kargs/boot_cpus.hpp"
#include "kargs/boot_memory.hpp"
#include "kargs/catalogue.hpp"
#include "kargs/crash_size.hpp"
#include "kargs/kernel_features.hpp"
#include "kargs/known_words.hpp"
#include "kargs/simulate_topic.hpp"
#include "kargs/value_rules.hpp"

#include <algorithm>
#include <cctype>

namespace vfirst {

namespace {

using simulated::Answer;

// The word as init gets it: without the quotes around its value.
std::string unquoted(const KernelArg& arg) {
  return arg.value ? fmt::format("{}={}", arg.key, *arg.value) : arg.key;
}

class Boot {
 public:
  Boot(const CommandLine& line, const SimulatedMachine& machine) : line_(line), machine_(machine) {}

  Simulation run() {
    length();
    early();
    simulated::Isolation isolation(shrunk_, max_cpus_);
    simulated::Hugepages hugepages(shrunk_, line_);
    simulated::Iommu iommu(shrunk_);
    // The kernel reads early arguments before all others, so their messages come first.
    for (const auto& arg : line_.args()) {
      auto answer = iommu.read(arg);
      if (!answer) answer = isolation.read(arg);
      if (!answer) answer = hugepages.read(arg, out_.arguments.size());
      const bool ours = answer.has_value();
      if (!ours) answer = other(arg);
      if (arg.is("init") || arg.is("rdinit")) forget_words(*answer);
      if (!answer->taken) hand_over(arg, *answer);
      for (const auto line : split(answer->message, '\n'))
        if (!line.empty()) out_.log.emplace_back(line);
      if (ours && answer->does.empty() && answer->effect == Effect::effective)
        answer->does = "taken";
      out_.arguments.push_back(
          {arg, answer->effect, std::move(answer->does), std::move(answer->rule),
           std::move(answer->message), answer->reader});
    }
    leftovers();
    last_wins();
    void_crash_forms(line_, machine_, out_.arguments);
    isolation.finish(out_.arguments, out_);
    hugepages.finish(out_.arguments, out_);
    iommu.finish(out_);
    behind_the_dashes();
    std::vector<std::string> lines;
    for (const auto& text : out_.log)
      for (const auto one : split(text, '\n'))
        lines.emplace_back(one);
    out_.log = std::move(lines);
    return std::move(out_);
  }

 private:
  // Measured on x86: 2031 bytes boot; with 2091 and 2238 bytes the kernel never came up. A loader
  // may cut the line instead: GRUB drops whole arguments from the end, and root= may be among them.
  void length() {
    const auto limit = command_line_limit(machine_.architecture) - 1;
    if (line_.bytes() > limit)
      out_.fatal.push_back(fmt::format(
          "the command line has {} bytes, but {} accepts {}: either its end is lost or the kernel "
          "does not boot",
          line_.bytes(), machine_.architecture, limit));
  }

  // The kernel reads what limits its CPUs and its memory before any list.
  void early() {
    shrunk_ = machine_;
    const auto words = cpu_words(line_, machine_);
    auto cpus = booted_cpus(words, machine_);
    shrunk_.possible = std::move(cpus.possible);
    shrunk_.present = std::move(cpus.present);
    out_.online = std::move(cpus.online);
    max_cpus_ = words.brought_up.value_or(CpuSet::kLimit);
    auto memory = boot_memory(line_, machine_);
    out_.crash = std::move(memory.crash);
    shrunk_.nodes = std::move(memory.free);
  }

  // An argument whose effect is not simulated: does the kernel know it at all?
  Answer other(const KernelArg& arg) {
    const auto* info = karg_info(arg.key);
    const bool dotted = arg.key.find('.') != std::string::npos;
    if (info) {
      const bool late = machine_.kernel.known() && machine_.kernel < info->since;
      // Red Hat carries many of them back: 5.14.0-427.el9 has workqueue.unbound_cpus of 6.6
      // (kernel/workqueue.c).
      if (late && machine_.kernel.el)
        return {
            .taken = dotted,
            .effect = Effect::not_judged,
            .does = fmt::format(
                "{}, if Red Hat's kernel has it from Linux {}.{}", info->doc, info->since.major,
                info->since.minor),
            .rule = {},
            .message = {}};
      if (late)
        return {
            dotted,
            Effect::ignored,
            "nothing",
            fmt::format("only Linux {}.{} and later have it", info->since.major, info->since.minor),
            {}};
      for (const auto option : info->config)
        if (!option.empty() && machine_.options_off.contains(option))
          return {
              dotted,
              Effect::ignored,
              "nothing",
              fmt::format("{} is not set in this kernel", option),
              {}};
    }
    const auto value = judge_value(arg, machine_);
    if (value.kind == ValueVerdict::Kind::refused)
      return {
          true, Effect::ignored, "nothing", "the kernel does not take this value", value.message};
    const auto effect =
        value.kind == ValueVerdict::Kind::taken ? Effect::effective : Effect::not_judged;
    if (dotted)
      return {
          .effect = effect,
          .does = info ? std::string(info->doc) : "passed to the module that it names",
          .rule = {},
          .message = {},
          .reader = info ? Reader::kernel : Reader::module};
    if (known_to_kernel(arg, machine_.architecture))
      return {
          .effect = effect,
          .does = info ? std::string(info->doc) : "known to the kernel",
          .rule = {},
          .message = {}};
    if (found_early(arg, machine_.architecture))
      return {
          .taken = false,
          .effect = Effect::not_judged,
          .does = "read by the kernel early, and passed to init",
          .rule = {},
          .message = {}};
    if (meant_for_init(arg))
      return {
          .taken = false,
          .does = "read by user space",
          .rule = {},
          .message = {},
          .reader = Reader::user_space};
    if (!machine_.release.empty() && !has_listed_words(machine_.release))
      return {
          .taken = false,
          .effect = Effect::not_judged,
          .does = "passed to init if this kernel does not know it",
          .rule = {},
          .message = {},
          .reader = Reader::init};
    return {
        .taken = false,
        .effect = Effect::ignored,
        .does = "passed to init",
        .rule = "this kernel does not know this argument",
        .message = {},
        .reader = Reader::init};
  }

  // init/main.c, unknown_bootoption: a variable replaces an earlier one with its name. HOME and
  // TERM exist from the beginning.
  void hand_over(const KernelArg& arg, Answer& answer) {
    if (arg.key.find('.') != std::string::npos) return;
    if (!arg.value) {
      words(unquoted(arg));
    } else {
      const auto name = arg.key + "=";
      const auto same = std::ranges::find_if(
          out_.init_variables, [&](const std::string& one) { return one.starts_with(name); });
      const bool inherited = arg.key == "HOME" || arg.key == "TERM";
      if (same != out_.init_variables.end())
        *same = unquoted(arg);
      else if (!inherited && out_.init_variables.size() == kInitVariables)
        overflow("env", arg);
      else if (!inherited)
        out_.init_variables.push_back(unquoted(arg));
    }
    if (answer.effect == Effect::ignored && answer.reader != Reader::init)
      answer.does += ", passed to init";
  }

  void words(std::string word) {
    if (out_.init_words.size() == kInitWords)
      overflow("init", KernelArg{word, word, {}});
    else
      out_.init_words.push_back(std::move(word));
  }

  void overflow(std::string_view kind, const KernelArg& arg) {
    if (panic_) return;
    panic_ = true;
    const auto message = fmt::format("Too many boot {} vars at `{}'", kind, unquoted(arg));
    out_.fatal.push_back(fmt::format(
        "more unknown arguments than the kernel can pass to init: it panics with \"{}\"", message));
    out_.log.push_back("Kernel panic - not syncing: " + message);
  }

  // init= drops the words before it. The kernel does this because some loaders put "auto" there.
  void forget_words(Answer& answer) {
    if (!answer.taken) return;
    out_.init_words.clear();
    for (auto& verdict : out_.arguments)
      if (verdict.reader == Reader::user_space && !verdict.arg.value)
        verdict.does = "not passed to init: a later init= drops it";
  }

  void leftovers() {
    if (!panic_ && !(out_.init_words.empty() && out_.init_variables.empty())) {
      auto all = out_.init_words;
      all.insert(all.end(), out_.init_variables.begin(), out_.init_variables.end());
      out_.log.push_back(fmt::format(
          "Unknown kernel command line parameters \"{}\", will be passed to user space.",
          joined(all, " ")));
    }
    for (const auto& arg : behind())
      words(unquoted(arg));
  }

  // Everything after -- is a word for init.
  std::vector<KernelArg> behind() const {
    const auto tail = line_.init_part();
    return CommandLine::parse(tail.starts_with("--") ? tail.substr(2) : std::string_view()).args();
  }

  void behind_the_dashes() {
    for (auto& arg : behind())
      out_.arguments.push_back(
          {arg,
           Effect::ignored,
           "passed to init",
           "it stands behind --, where the kernel stops",
           {},
           Reader::init});
  }

  void last_wins() {
    for (std::size_t i = 0; i < out_.arguments.size(); ++i) {
      auto& verdict = out_.arguments[i];
      const auto* info = karg_info(verdict.arg.key);
      if (!info || info->repeat != Repeat::last_wins || verdict.effect == Effect::ignored) continue;
      const auto form = crash_form(verdict.arg, machine_);
      const auto later = std::find_if(
          out_.arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, out_.arguments.end(),
          [&](const ArgumentVerdict& other) {
            return same_key(other.arg.key, verdict.arg.key) &&
                   crash_form(other.arg, machine_) == form;
          });
      if (later == out_.arguments.end() || later->arg.value == verdict.arg.value) continue;
      verdict.effect = Effect::ignored;
      verdict.rule = fmt::format("the last {}= wins", info->key);
    }
  }

  const CommandLine& line_;
  const SimulatedMachine& machine_;
  SimulatedMachine shrunk_;
  unsigned max_cpus_ = CpuSet::kLimit;
  Simulation out_;
  bool panic_ = false;
};

}  // namespace

Simulation simulate(const CommandLine& line, const SimulatedMachine& machine) {
  return Boot(line, machine).run();
}

}  // namespace vfirst
