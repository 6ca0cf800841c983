// SPDX-License-Identifier: GPL-2.0-or-later
// On any host no step, and no write that the steps come to, touches what may take root or the
// network away; PFs that carry nothing are set up; and a second run writes nothing. The hosts are
// made up, so that it is known without the code under test what each of them stands on.
#include "facts/read.hpp"
#include "steps/boot.hpp"
#include "unit/plan/machine.hpp"
#include "unit/rounds.hpp"
#include "unit/steps/random_policy.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;
using namespace std::chrono_literals;

namespace {

struct Tally {
  // Of PFs: forbidden, planned and done_twice. Of hosts: carried_out and run_twice.
  unsigned machines = 0, forbidden = 0, planned = 0, carried_out = 0, run_twice = 0, writes = 0,
           done_twice = 0;
};

// What is true of one host and one policy, and whether vfirst agrees. Each check answers "" or
// what is wrong.
class SafetyTrial {
 public:
  SafetyTrial(RandomHost& host, std::vector<RandomSection> sections)
      : host_(host), sections_(std::move(sections)) {
    for (const auto& section : sections_)
      for (const auto i : section.pfs) {
        const auto& pf = host.functions[i];
        section_of_[pf.address] = &section;
        if (!forbidden(pf, section)) allowed_.insert(pf.address);
      }
  }

  std::string planned(const Facts& facts, Tally& tally) {
    const auto made = make(facts);
    if (!made) return made.error().what;
    const auto wrong = check_plan(*made);
    tally.machines += 1;
    tally.forbidden += static_cast<unsigned>(section_of_.size() - allowed_.size());
    tally.planned += static_cast<unsigned>(allowed_.size());
    return wrong;
  }

  // Twice, with the facts read anew before the second run.
  std::string carried_out(const Facts& facts, Tally& tally) {
    const auto plan = make(facts);
    if (!plan) return plan.error().what;
    const auto first = boot(*plan, host_.fake.machine, 60s);
    if (auto wrong = check_writes(); !wrong.empty()) return wrong;
    if (auto wrong = check_results(first); !wrong.empty()) return wrong;
    tally.carried_out += 1;
    tally.writes += first.writes();
    host_.fake.sysfs.forget_writes();
    for (const auto& function : host_.functions)
      if (function.is_nic()) {
        host_.fake.net.port(function.ifindex).writes = 0;
        host_.fake.net.eswitch(function.address.str()).writes = 0;
      }
    const auto facts_now = read_facts(host_.fake.sysfs, {});
    if (!facts_now) return facts_now.error().what;
    const auto again = make(*facts_now);
    if (!again) return again.error().what;
    if (again->hash() != plan->hash()) return "the second run has another plan";
    return check_second(boot(*again, host_.fake.machine, 60s), tally);
  }

 private:
  Result<Plan> make(const Facts& facts) const {
    return make_plan(facts, policy(text_of(sections_)));
  }

  // By construction of the host: may changing this device take something away from it?
  bool carries(const PciAddress& device, bool boot_nic, bool unknown_carrier) const {
    if (host_.filesystem.contains(device)) return true;
    if (host_.network.contains(device) && !boot_nic) return true;
    if (unknown_carrier) return false;
    const auto* function = host_.owner(device);
    return host_.maybe_filesystem.contains(device) ||
           (function && function->address == device && host_.may_be_hidden_carrier(*function));
  }

  // What is given to guests takes its whole IOMMU group along.
  bool shares_group(const RandomFunction& pf, const RandomSection& section) const {
    std::set<PciAddress> given{pf.address};
    for (unsigned i = 0; i < pf.existing; ++i)
      given.insert(host_.vf(pf, i));
    for (const auto& [id, members] : host_.groups) {
      if (std::ranges::none_of(members, [&](const auto& m) { return given.contains(m); })) continue;
      for (const auto& member : members)
        if (host_.owner(member) != &pf && carries(member, false, section.unknown_carrier))
          return true;
    }
    return false;
  }
  bool forbidden(const RandomFunction& pf, const RandomSection& section) const {
    return carries(pf.address, section.boot_nic, section.unknown_carrier) ||
           (section.vfio && shares_group(pf, section));
  }
  // Its own VF is in use by the host's network, and the owner allows the PF: both answers will do.
  bool undecided(const RandomFunction& pf) const { return host_.network.contains(pf.address); }

  std::string check_plan(const Plan& plan) const {
    std::set<PciAddress> touched;
    for (const auto& step : plan.steps)
      if (const auto pf = pf_of(step.action)) {
        const auto* function = host_.owner(*pf);
        if (!function) return "a step on no device of this host: " + describe(step.action);
        touched.insert(function->address);
        if (!allowed_.contains(function->address))
          return "a step on what this host needs: " + describe(step.action);
      }
    for (const auto& address : allowed_)
      if (!touched.contains(address) && !undecided(*host_.owner(address)))
        return "no step on " + address.str() +
               ", which carries nothing: " + message(plan, "pf-critical");
    return {};
  }

  // The device that a write to this file, with this value, changes; nullptr: the whole host.
  const RandomFunction* touched_by(const std::string& write) const {
    const auto arrow = write.find(" <- ");
    const auto file = write.substr(0, arrow), value = write.substr(arrow + 4);
    constexpr std::string_view kDevice = "sys/bus/pci/devices/";
    if (file.starts_with(kDevice)) return host_.owner(bdf(file.substr(kDevice.size(), 12)));
    if (file.starts_with("sys/bus/pci/")) return host_.owner(bdf(value.substr(0, 12)));
    for (const auto& function : host_.functions)
      for (const auto irq : function.irqs)
        if (file.starts_with(fmt::format("proc/irq/{}/", irq))) return &function;
    return nullptr;
  }

  // Netlink messages that would change the port or its embedded switch.
  unsigned messages(const RandomFunction& function) const {
    if (!function.is_nic()) return 0;
    return host_.fake.net.port(function.ifindex).writes +
           host_.fake.net.eswitch(function.address.str()).writes;
  }

  std::string check_writes() const {
    for (const auto& write : host_.fake.sysfs.writes())
      if (const auto* function = touched_by(write);
          function && !allowed_.contains(function->address))
        return "a write to what this host needs: " + write;
    for (const auto& function : host_.functions)
      if (messages(function) && !allowed_.contains(function.address))
        return "a message that changes what this host needs: " + function.port;
    return {};
  }

  bool can_be_done(const PciAddress& address) const {
    return section_of_.at(address)->can_be_done(host_, *host_.owner(address));
  }

  // What could not be done is tried again; nothing else is written.
  std::string check_second(const BootReport& report, Tally& tally) const {
    const auto tried_again = [&](const RandomFunction* function) {
      return function && allowed_.contains(function->address) && !can_be_done(function->address);
    };
    for (const auto& step : report.steps)
      if (step.writes && !(step.pf && tried_again(host_.owner(*step.pf))))
        return fmt::format("the second run counts {} writes: {}", step.writes, step.text);
    for (const auto& write : host_.fake.sysfs.writes())
      if (!tried_again(touched_by(write))) return "the second run writes " + write;
    for (const auto& function : host_.functions)
      if (messages(function) && !tried_again(&function))
        return "the second run changes " + function.port;
    for (const auto& address : allowed_)
      tally.done_twice += can_be_done(address);
    tally.run_twice += 1;
    return {};
  }

  std::string check_results(const BootReport& report) const {
    if (!report.skipped.empty()) return "the run was skipped: " + report.skipped;
    for (const auto& step : report.steps) {
      if (step.state != StepState::failed && step.state != StepState::skipped) continue;
      if (step.pf && !can_be_done(host_.owner(*step.pf)->address)) continue;
      return fmt::format("not done: {}: {}", step.text, step.cause);
    }
    return {};
  }

  RandomHost& host_;
  const std::vector<RandomSection> sections_;
  std::map<PciAddress, const RandomSection*> section_of_;
  std::set<PciAddress> allowed_;
};

// One host and one policy in full, by their seeds, or what is left of them.
struct SafetyCase {
  unsigned seed = 0, policy_seed = 0;
  bool on_fake = false;
  unsigned without = 0;
  std::set<std::size_t> without_sections{};

  std::string disagreement(std::string& shown) const {
    RandomHost host(seed, without);
    std::vector<RandomSection> kept;
    const auto sections = random_policy(host, policy_seed);
    for (std::size_t i = 0; i < sections.size(); ++i)
      if (!without_sections.contains(i)) kept.push_back(sections[i]);
    shown = host.story + "\n" + host.shown() + "\n" + text_of(kept);
    Tally unused;
    SafetyTrial trial(host, kept);
    const auto facts = read_facts(host.fake.sysfs, {});
    auto wrong = facts ? trial.planned(*facts, unused) : facts.error().what;
    if (wrong.empty() && on_fake) wrong = trial.carried_out(*facts, unused);
    return wrong;
  }
};

// The smallest case that still goes wrong, for the reader.
std::string minimised(SafetyCase smallest) {
  std::string shown;
  const auto still = [&](const SafetyCase& other) {
    if (other.disagreement(shown).empty()) return false;
    smallest = other;
    return true;
  };
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (const auto part : RandomHost::kParts) {
      auto other = smallest;
      other.without |= part;
      if (other.without != smallest.without) smaller |= still(other);
    }
    for (std::size_t i = 0; i < 12; ++i) {
      auto other = smallest;
      if (other.without_sections.insert(i).second) smaller |= still(other);
    }
  }
  const auto wrong = smallest.disagreement(shown);
  return fmt::format(
      "seed {}, policy {}, without parts {:#x}: {}\n{}", smallest.seed, smallest.policy_seed,
      smallest.without, wrong, shown);
}

// Each host meets this many policies; of `fake_every` hosts, one carries the last of them out.
constexpr unsigned kPolicies = 7;

Tally play(unsigned first, unsigned hosts, unsigned fake_every) {
  Tally tally;
  for (unsigned seed = first; seed < first + hosts; ++seed) {
    RandomHost host(seed);
    const auto facts = read_facts(host.fake.sysfs, {});
    REQUIRE(facts);
    for (unsigned number = 0; number < kPolicies; ++number) {
      SafetyCase one{.seed = seed, .policy_seed = seed * kPolicies + number};
      SafetyTrial trial(host, random_policy(host, one.policy_seed));
      auto wrong = trial.planned(*facts, tally);
      if (wrong.empty() && number + 1 == kPolicies && seed % fake_every == 0) {
        one.on_fake = true;
        wrong = trial.carried_out(*facts, tally);
      }
      if (wrong.empty()) continue;
      FAIL_CHECK(minimised(one));
      return tally;
    }
  }
  return tally;
}

void check_tally(const Tally& tally, unsigned hosts, unsigned fake_every) {
  const auto machines = hosts * kPolicies;
  CHECK(tally.machines == machines);
  // There is something to keep away from, and something to do.
  CHECK(tally.forbidden > machines);
  CHECK(tally.planned > machines);
  CHECK(tally.carried_out == (hosts + fake_every - 1) / fake_every);
  CHECK(tally.run_twice == tally.carried_out);
  CHECK(tally.done_twice > tally.carried_out);
  CHECK(tally.writes > 10 * tally.carried_out);
}

}  // namespace

TEST_CASE(
    "on any made-up host no step and no write touches what it needs, what carries nothing is set "
    "up, and a second run writes nothing",
    "[sriov][steps]") {
  const auto hosts = rounds(300);
  check_tally(play(0, hosts, 1), hosts, 1);
}

// By `tests/run long`.
TEST_CASE(
    "on 70,000 made-up machines no step and no write touches what they need", "[.long][sriov]") {
  const auto hosts = rounds(10000);
  check_tally(play(100000, hosts, 10), hosts, 10);
}
