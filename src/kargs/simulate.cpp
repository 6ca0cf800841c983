// SPDX-License-Identifier: GPL-2.0-or-later
// The boot as init/main.c takes it: early arguments, then all in order, then what is left over for
// init.
#include "kargs/simulate.hpp"

#include "base/text.hpp"
#include "kargs/catalogue.hpp"
#include "kargs/era.hpp"
#include "kargs/known_words.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using simulated::Answer;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "" : " ") + word;
  return out;
}

// What init gets: the quotes around the value are gone.
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
    simulated::Hugepages hugepages(shrunk_);
    simulated::Iommu iommu(shrunk_);
    // Early arguments are read before all the others, so their messages come first.
    for (const auto& arg : line_.args()) {
      auto answer = iommu.read(arg);
      if (!answer) answer = isolation.read(arg);
      if (!answer) answer = hugepages.read(arg, out_.arguments.size());
      const bool ours = answer.has_value();
      if (!ours) answer = other(arg);
      if (arg.is("init") || arg.is("rdinit")) forget_words(*answer);
      if (!answer->taken) hand_over(arg, *answer);
      for (const auto said : split(answer->message, '\n'))
        if (!said.empty()) out_.log.emplace_back(said);
      if (ours && answer->does.empty() && answer->effect == Effect::effective)
        answer->does = "taken";
      out_.arguments.push_back(
          {arg, answer->effect, std::move(answer->does), std::move(answer->rule),
           std::move(answer->message)});
    }
    leftovers();
    last_wins();
    isolation.finish(out_.arguments, out_);
    hugepages.finish(out_.arguments, out_);
    iommu.finish(out_);
    std::vector<std::string> lines;
    for (const auto& text : out_.log)
      for (const auto one : split(text, '\n'))
        lines.emplace_back(one);
    out_.log = std::move(lines);
    return std::move(out_);
  }

 private:
  // Measured on x86: 2031 bytes boot; 2091 and 2238 given to the kernel itself never came up. A
  // loader may cut instead, whole arguments from the end (GRUB), and root= is among what goes.
  void length() {
    const auto limit = command_line_limit(machine_.architecture) - 1;
    if (line_.bytes() > limit)
      out_.fatal.push_back(fmt::format(
          "the command line has {} bytes, {} takes {}: the end is lost or the kernel "
          "does not come up",
          line_.bytes(), machine_.architecture, limit));
  }

  // nr_cpus=, possible_cpus= and maxcpus= are settled before any list is read.
  void early() {
    shrunk_ = machine_;
    const auto only = [&](std::uint64_t count) {
      CpuSet kept;
      for (auto cpu : shrunk_.possible.members())
        if (kept.size() < count) kept.insert(cpu);
      shrunk_.possible = kept;
      shrunk_.present &= kept;
    };
    for (const auto& arg : line_.args()) {
      if (arg.is("nosmp")) max_cpus_ = 0;
      if (!arg.value) continue;
      const auto n = parse_number(*arg.value);
      if (!n) continue;
      if (arg.is("maxcpus"))
        max_cpus_ = static_cast<unsigned>(std::min<std::uint64_t>(*n, CpuSet::kLimit));
      if ((arg.is("nr_cpus") || arg.is("possible_cpus")) && *n > 0) only(*n);
    }
  }

  // Whatever is not simulated in its effect: does the kernel know the word at all?
  Answer other(const KernelArg& arg) {
    const auto* info = karg_info(arg.key);
    const bool dotted = arg.key.find('.') != std::string::npos;
    if (info) {
      if (machine_.kernel.known() && machine_.kernel < info->since)
        return {
            dotted,
            Effect::ignored,
            "nothing",
            fmt::format("it came with {}.{}", info->since.major, info->since.minor),
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
    if (dotted)
      return {
          true,
          Effect::effective,
          info ? std::string(info->doc) : "kept for the module it names",
          {},
          {}};
    if (known_to_kernel(arg, machine_.architecture))
      return {
          true, Effect::effective, info ? std::string(info->doc) : "known to the kernel", {}, {}};
    if (meant_for_init(arg))
      return {false, Effect::effective, "read by others than the kernel proper", {}, {}};
    return {false, Effect::ignored, "handed to init", "this kernel does not know the word", {}};
  }

  // init/main.c, unknown_bootoption: a variable replaces an earlier one of its name; HOME and TERM
  // are there before.
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
    if (answer.effect == Effect::ignored && answer.does != "handed to init")
      answer.does += ", handed to init";
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
    const auto said = fmt::format("Too many boot {} vars at `{}'", kind, unquoted(arg));
    out_.fatal.push_back(fmt::format(
        "more words that the kernel does not know than init can be given: it panics, \"{}\"",
        said));
    out_.log.push_back("Kernel panic - not syncing: " + said);
  }

  // init= drops the words before it, for the sake of a loader that put "auto" there.
  void forget_words(Answer& answer) {
    if (!answer.taken) return;
    out_.init_words.clear();
    for (auto& verdict : out_.arguments)
      if (verdict.does == "read by others than the kernel proper" && !verdict.arg.value)
        verdict.does = "dropped: init= stands behind it";
  }

  void leftovers() {
    if (!panic_ && !(out_.init_words.empty() && out_.init_variables.empty())) {
      auto all = out_.init_words;
      all.insert(all.end(), out_.init_variables.begin(), out_.init_variables.end());
      out_.log.push_back(fmt::format(
          "Unknown kernel command line parameters \"{}\", will be passed to user space.",
          joined(all)));
    }
    // Behind the -- everything is a word for init.
    const auto tail = CommandLine::parse(
        line_.init_part().starts_with("--") ? line_.init_part().substr(2) : std::string_view());
    for (const auto& arg : tail.args())
      words(unquoted(arg));
  }

  void last_wins() {
    for (std::size_t i = 0; i < out_.arguments.size(); ++i) {
      auto& verdict = out_.arguments[i];
      const auto* info = karg_info(verdict.arg.key);
      if (!info || info->repeat != Repeat::last_wins || verdict.effect == Effect::ignored) continue;
      const auto later = std::find_if(
          out_.arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, out_.arguments.end(),
          [&](const ArgumentVerdict& other) { return same_key(other.arg.key, verdict.arg.key); });
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

std::string_view effect_name(Effect effect) {
  switch (effect) {
    case Effect::effective: return "effective";
    case Effect::partial: return "partial";
    case Effect::ignored: return "ignored";
  }
  return "";
}

Effect Simulation::worst() const {
  auto worst = Effect::effective;
  for (const auto& verdict : arguments)
    worst = std::max(worst, verdict.effect);
  return worst;
}

Simulation simulate(const CommandLine& line, const SimulatedMachine& machine) {
  return Boot(line, machine).run();
}

Status boots(const CommandLine& line, const SimulatedMachine& machine) {
  const auto seen = simulate(line, machine);
  if (seen.boots()) return {};
  return refuse("{}", seen.fatal.front());
}

std::vector<ArgumentVerdict> not_effective(
    const CommandLine& line, const std::vector<KernelArg>& ours, const SimulatedMachine& machine) {
  const auto seen = simulate(line, machine);
  std::vector<bool> used(seen.arguments.size());
  std::vector<ArgumentVerdict> out;
  // Ours stand behind the others: the last ones that read the same are they.
  for (auto own = ours.rbegin(); own != ours.rend(); ++own) {
    std::size_t at = seen.arguments.size();
    while (at-- > 0)
      if (!used[at] && seen.arguments[at].arg.is(own->key) &&
          seen.arguments[at].arg.value == own->value)
        break;
    if (at >= seen.arguments.size()) {
      out.push_back({*own, Effect::ignored, "nothing", "it is not in the line", {}});
      continue;
    }
    used[at] = true;
    if (seen.arguments[at].effect != Effect::effective) out.push_back(seen.arguments[at]);
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace vfirst
