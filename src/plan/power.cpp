// SPDX-License-Identifier: GPL-2.0-or-later
// Idle states: a bound for the whole host by argument, or for the isolated CPUs at run time.
#include "base/text.hpp"
#include "plan/draft.hpp"
#include "plan/idle_states.hpp"

#include <algorithm>

namespace vfirst {

unsigned cstate_number(std::string_view name) {
  if (name == "POLL") return 0;
  if (name.size() < 2 || name[0] != 'C') return 1;
  const auto end = std::min(name.find_first_not_of("0123456789", 1), name.size());
  return static_cast<unsigned>(parse_number(name.substr(1, end - 1)).value_or(1));
}

namespace {

// intel_idle takes entries of its own table, in which C6 may be the third (drivers/idle/
// intel_idle.c, intel_idle_max_cstate_reached); state 0 is POLL. So max-cstate up to 2 means the
// same in each table, and more does not.
constexpr unsigned kSameInEachTable = 2;

std::string described(const IdleState& state, std::size_t number) {
  return fmt::format("{} (state {}, {} us)", state.name, number, state.latency_us);
}

struct Bound {
  // Of intel_idle's table, and of ACPI's.
  unsigned entry = 1, acpi = 1;
  // The deepest that may be entered by its C-number.
  unsigned deepest = 1;
  std::string because;
  // The state that it stops at; nothing where this tree does not show them.
  std::optional<std::size_t> state;
};

class Power {
 public:
  explicit Power(Draft& draft) : draft_(draft), states_(draft.facts.cpu.idle_states) {}

  Status add() {
    const auto& power = draft_.policy.power;
    const auto& number = power.max_cstate;
    const auto& latency = power.max_latency_us;
    const bool by_number = number && number->value;
    if (by_number && latency)
      return refuse(
          "{}max-latency-us = {} and max-cstate = {} ({}) bound the same thing: leave one out",
          location_prefix(latency->from), latency->value, *number->value, number->from.str());
    if (!by_number && !latency) return {};
    const auto& from = by_number ? number->from : latency->from;
    const auto key = by_number ? "max-cstate" : "max-latency-us";
    if (!draft_.x86()) {
      draft_.add_finding(
          Severity::note, "cstate-no-argument", Subject::key(fmt::format("power.{}", key)),
          fmt::format(
              "{}: this architecture has no kernel argument for it; isolated-latency-us works "
              "everywhere",
              key),
          {from});
      return {};
    }
    if (!by_number && states_.size() < 2) {
      draft_.add_finding(
          Severity::warning, "idle-states-unknown", Subject::key("power.max-latency-us"),
          "max-latency-us: this tree does not show the machine's idle states, so nothing is "
          "planned "
          "for them; say max-cstate instead",
          {from});
      return {};
    }
    write(by_number ? by_cstate(*number->value, from) : by_latency(latency->value, from), from);
    return {};
  }

 private:
  bool intel() const { return draft_.facts.cpu.vendor == "intel"; }
  bool table_known() const {
    return draft_.facts.cpu.idle_driver == "intel_idle" && states_.size() > 1;
  }

  // An argument of this boot may hide deeper states: then its bound is kept, because what comes
  // behind it is not known.
  bool deeper_hidden() const {
    const auto line = CommandLine::parse(draft_.facts.boot.cmdline);
    for (const auto* key : {"intel_idle.max_cstate", "processor.max_cstate"})
      if (const auto* arg = line.last(key); arg && arg->value)
        if (const auto limit = parse_number(*arg->value); limit && *limit + 1 <= states_.size())
          return true;
    return false;
  }

  void say_hidden(std::string_view key, const Origin& from) {
    draft_.add_finding(
        Severity::note, "idle-states-hidden", Subject::key(fmt::format("power.{}", key)),
        fmt::format(
            "{}: the arguments of this boot hide the states deeper than {}, and the plan keeps "
            "that "
            "bound; boot once with max-cstate = any to see them",
            key, described(states_.back(), states_.size() - 1)),
        {from});
  }

  Bound by_cstate(unsigned deepest, const Origin& from) {
    // processor.max_cstate=0 means 1 (drivers/acpi/processor_idle.c), so 1 is written.
    const auto acpi = std::max(deepest, 1u);
    Bound out{deepest, acpi, acpi, {}, {}};
    out.because = deepest == 0 ? "turns the intel_idle driver off"
                               : fmt::format("no idle state deeper than C{}", deepest);
    if (!intel() || deepest <= kSameInEachTable) return out;
    if (!table_known()) {
      if (draft_.facts.cpu.idle_driver.empty() || draft_.facts.cpu.idle_driver == "intel_idle")
        draft_.add_finding(
            Severity::warning, "cstate-unmapped", Subject::key("power.max-cstate"),
            fmt::format(
                "max-cstate = {}: intel_idle counts the states of its own table, which this tree "
                "does not show: on many CPUs entry 3 is C6; plan on the host itself, or say 1 or 2",
                deepest),
            {from});
      return out;
    }
    std::size_t last = 0;
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (cstate_number(states_[i].name) <= deepest) last = i;
    if (last + 1 == states_.size() && cstate_number(states_[last].name) < deepest &&
        deeper_hidden())
      say_hidden("max-cstate", from);
    out.entry = static_cast<unsigned>(last);
    out.state = last;
    out.because = fmt::format(
        "no idle state deeper than {}, the deepest here up to C{}", described(states_[last], last),
        deepest);
    return out;
  }

  Bound by_latency(unsigned most_us, const Origin& from) {
    std::size_t last = 0;
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (states_[i].latency_us <= most_us) last = i;
    if (last == 0) {
      last = 1;
      draft_.add_finding(
          Severity::warning, "latency-too-small", Subject::key("power.max-latency-us"),
          fmt::format(
              "max-latency-us = {}: {} takes longer, and without it an idle CPU polls: the plan "
              "allows it",
              most_us, described(states_[1], 1)),
          {from});
    }
    if (last + 1 == states_.size() && deeper_hidden()) say_hidden("max-latency-us", from);
    const auto number = std::max(cstate_number(states_[last].name), 1u);
    Bound out{static_cast<unsigned>(last), number, number, {}, last};
    // acpi_idle's own states are numbered as ACPI does.
    if (!table_known()) out.acpi = static_cast<unsigned>(last);
    out.because = fmt::format(
        "no idle state deeper than {}, the deepest here up to {} us",
        described(states_[last], last), most_us);
    return out;
  }

  // Arguments of the next boot with which the kernel has no idle states to bound: intel_idle and
  // acpi_idle give up where idle= is set (intel_idle_init, acpi_processor_power_init), and without
  // cpuidle a CPU only halts.
  void report_no_states(std::string_view key, const Origin& from) {
    const auto& line = draft_.next.line;
    const auto* idle = line.last("idle");
    const auto* off = line.last("cpuidle.off");
    const auto* blame = idle && (idle->value == "poll" || idle->value == "halt") ? idle
                        : off && off->value == "1"                               ? off
                                                                                 : nullptr;
    if (!blame) return;
    draft_.add_finding(
        Severity::warning, "idle-states-absent", Subject::argument(blame->raw),
        fmt::format(
            "{}: with {} the kernel has no idle states, so this bound has no effect: {}", key,
            blame->raw, blame->value == "poll" ? "every idle CPU polls" : "an idle CPU halts (C1)"),
        {from});
  }

  void write(const Bound& bound, const Origin& from) {
    report_no_states(draft_.policy.power.max_latency_us ? "max-latency-us" : "max-cstate", from);
    std::vector<KernelArg> asked;
    if (intel()) {
      // intel_idle.max_cstate=0 switches intel_idle off, and acpi_idle may then go deeper than
      // before: hence the pair.
      asked.push_back(
          draft_.arg("intel_idle.max_cstate", std::to_string(bound.entry), bound.because, from));
      asked.push_back(draft_.arg(
          "processor.max_cstate", std::to_string(bound.acpi),
          bound.entry == 0 ? "limits acpi_idle, which replaces intel_idle, to C1"
                           : "the same limit if acpi_idle runs instead",
          from));
    } else {
      asked.push_back(draft_.arg(
          "processor.max_cstate", std::to_string(bound.acpi),
          bound.state
              ? bound.because
              : fmt::format(
                    "no idle state deeper than C{}; intel_idle is not used here", bound.acpi),
          from));
    }
    WantMaxCstate want{bound.deepest, {}, {}};
    if (bound.state) {
      want.state = static_cast<unsigned>(*bound.state);
      want.name = states_[*bound.state].name;
    }
    draft_.expect(std::move(want), std::move(asked), from);
  }

  Draft& draft_;
  const std::vector<IdleState>& states_;
};

}  // namespace

Status plan_power(Draft& draft) {
  return Power(draft).add();
}

void limit_idle(Draft& draft) {
  const auto& wish = draft.policy.power.isolated_latency_us;
  if (!wish || draft.plan.role == Role::guest) return;
  if (draft.plan.isolated.empty()) {
    draft.add_finding(
        Severity::warning, "latency-without-isolated", Subject::key("power.isolated-latency-us"),
        "isolated-latency-us has no effect: no CPU is isolated", {wish->from});
    return;
  }
  // A bound below the first state's latency allows POLL alone (drivers/cpuidle/governors/menu.c).
  const auto& states = draft.facts.cpu.idle_states;
  if (wish->value && states.size() > 1 && states[0].name == "POLL" &&
      wish->value < states[1].latency_us)
    draft.add_finding(
        Severity::warning, "latency-polls", Subject::key("power.isolated-latency-us"),
        fmt::format(
            "isolated-latency-us = {}: {} takes {} us to leave here, so every idle isolated CPU "
            "polls, as with idle=poll: it takes power and turbo frequency from the SMT sibling; {} "
            "us let it enter {}",
            wish->value, states[1].name, states[1].latency_us, states[1].latency_us,
            states[1].name),
        {wish->from});
  if (wish->value == 0)
    draft.add_finding(
        Severity::warning, "latency-polls", Subject::key("power.isolated-latency-us"),
        "isolated-latency-us = 0 makes every idle isolated CPU poll, as idle=poll does: it takes "
        "power and turbo frequency from the SMT sibling; 1 or 2 us let it enter C1",
        {wish->from});
  draft.step(
      LimitIdleLatency{draft.plan.isolated, wish->value},
      "limits the wake-up time of guests' CPUs; set at run time, so it can be undone", wish->from,
      {}, false);
}

}  // namespace vfirst
