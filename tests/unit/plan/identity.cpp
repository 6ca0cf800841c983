// SPDX-License-Identifier: GPL-2.0-or-later
// What a plan and its steps are called: by value, never by a sentence.
#include "plan/legacy.hpp"
#include "unit/action_kinds.hpp"
#include "unit/captures.hpp"
#include "unit/plan/machine.hpp"

#include "facts/read.hpp"
#include "machines/golden.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr Coalescing kDelays{
    .adaptive_rx = true, .adaptive_tx = false, .rx_usecs = 20, .tx_usecs = 30};

VfDriver driver(std::string_view name) {
  return *VfDriver::parse(name);
}

PlannedArg arg(std::string_view key, std::optional<std::string_view> value) {
  return {*make_arg(key, value), "", {}};
}

// One action of each kind, every field with a value of its own. A new kind comes last.
std::vector<Action> one_of_each() {
  const auto pf = bdf("0000:3b:00.0"), vf = bdf("0000:3b:10.2");
  const auto mac = *MacAddress::parse("02:00:00:00:00:05");
  SetVfAttributes attributes{pf, {}};
  SetVfAttributes::Vf first;
  first.index = 0;
  first.mac = mac;
  first.trust = true;
  first.spoofcheck = false;
  first.vlan = 7;
  first.qos = 2;
  first.vlan_protocol = VlanProtocol::dot1ad;
  first.link_state = LinkState::enable;
  first.min_rate_mbps = 10;
  first.max_rate_mbps = 100;
  SetVfAttributes::Vf stable;
  stable.index = 1;
  stable.stable_mac = true;
  auto alike = stable;
  alike.index = 2;
  attributes.vfs = {first, stable, alike};
  return {
      LoadModule{"vfio-pci"},
      SetDefaultIrqAffinity{CpuSet{0, 1}},
      AwaitDriver{pf, "ice"},
      BringUp{pf},
      SetEswitch{pf, "switchdev"},
      CreateVfs{pf, 3, true},
      attributes,
      SetVfVectors{pf, 1, 1},
      BindDriver{pf, 1, vf, driver("vfio-pci")},
      SetCoalescing{pf, kDelays},
      SetQueues{pf, 4},
      PinIrqs{pf, CpuSet{0, 1, 2}},
      LimitIdleLatency{CpuSet{2, 3}, 5},
      SetSecondaryControllers{pf, {4, 4, 0}}};
}

Plan with(std::vector<Action> actions) {
  Plan out;
  out.kargs.push_back(arg("isolcpus", "managed_irq,domain,2-3"));
  out.kargs.push_back(arg("foo", "a b"));
  for (auto& action : actions)
    out.steps.push_back({std::move(action), "", {}, {}, true});
  for (std::size_t i = 1; i < out.steps.size(); ++i)
    out.steps[i].after = {i - 1};
  return out;
}

std::vector<Action> actions_of_0_1_0() {
  auto actions = one_of_each();
  std::erase_if(actions, [](const Action& one) { return legacy::describe(one).empty(); });
  return actions;
}

// Becomes a value of any type, so as many of them make a struct as it has members.
struct Anything {
  template <class T>
  operator T() const;
};
template <class T, class... Given>
constexpr std::size_t members_of() {
  if constexpr (requires { T{Given{}..., Anything{}}; })
    return members_of<T, Given..., Anything>();
  else
    return sizeof...(Given);
}

}  // namespace

TEST_CASE("the tests of identity have an action of each kind", "[report]") {
  std::set<std::string> kinds;
  for (const auto& action : one_of_each())
    CHECK(kinds.emplace(traits_of(action).kind).second);
  CHECK(kinds == all_kinds());
}

TEST_CASE("an action tells each of its members, by a name of its own", "[report]") {
  for (const auto& action : one_of_each())
    std::visit(
        [](const auto& one) {
          INFO(one.kTraits.kind);
          std::vector<std::string> names;
          one.fields([&](std::string_view name, const auto&) { names.emplace_back(name); });
          CHECK(names.size() == members_of<std::decay_t<decltype(one)>>());
          CHECK(std::set(names.begin(), names.end()).size() == names.size());
        },
        action);
}

TEST_CASE("a plan's hash is the same for every wording, origin and finding", "[report]") {
  const auto before = with(one_of_each());
  auto after = before;
  for (auto& arg : after.kargs)
    arg.because = "another reason", arg.policy = {"other.ini", 3};
  for (auto& step : after.steps)
    step.because = "another reason", step.policy = {"other.ini", 4}, step.required = false;
  after.findings.push_back({Severity::error, "code", {}, "a finding", {}, {}, {}});
  CHECK(after.hash() == before.hash());
}

// A value that stands in boot loaders, entries and on kernel command lines of hosts.
TEST_CASE("a plan's hash is that of every version since it was over fields", "[report]") {
  CHECK(with(actions_of_0_1_0()).hash() == "83eca8b3b52b");
  CHECK(Plan{}.hash() == "cbf29ce48422");
}

TEST_CASE(
    "each argument, each kind, each field and the order of the steps make another plan",
    "[report][kernel-arguments][steps]") {
  const auto all = one_of_each();
  std::set<std::string> hashes{Plan{}.hash()};
  std::size_t plans = 1;
  const auto add = [&](const Plan& plan) {
    ++plans;
    CHECK(hashes.insert(plan.hash()).second);
  };
  add(with(all));
  for (const auto& action : all)
    add(with({action}));
  const auto vary = [&](auto action, auto change) {
    change(action);
    add(with({action}));
  };
  const auto pf = bdf("0000:3b:00.0");
  vary(LoadModule{"vfio-pci"}, [](auto& x) { x.name = "igbvf"; });
  vary(CreateVfs{pf, 3, true}, [](auto& x) { x.count = 2; });
  vary(CreateVfs{pf, 3, true}, [](auto& x) { x.allow_recreate = false; });
  vary(CreateVfs{pf, 3, true}, [](auto& x) { x.pf = bdf("0000:3b:00.1"); });
  vary(SetQueues{pf, 4}, [](auto& x) { x.combined = 5; });
  vary(SetQueues{pf, 4}, [](auto& x) { x.port.port = "1"; });
  vary(SetQueues{pf, 4}, [](auto& x) { x.port.ifname = "1"; });
  vary(SetQueues{pf, 4}, [](auto& x) { x.port.mac = MacAddress{}; });
  vary(SetSecondaryControllers{pf, {4, 4, 0}}, [](auto& x) { x.queues.pop_back(); });
  vary(SetSecondaryControllers{pf, {4, 4, 0}}, [](auto& x) { x.queues[2] = 2; });
  vary(BringUp{pf}, [](auto& x) { x.port.port = "1"; });
  vary(SetCoalescing{pf, kDelays}, [](auto& x) { x.port.port = "1"; });
  vary(std::get<SetVfAttributes>(all[6]), [](auto& x) { x.port.port = "1"; });
  vary(
      SetCoalescing{pf, kDelays}, [](auto& x) { std::swap(x.wanted.rx_usecs, x.wanted.tx_usecs); });
  vary(SetCoalescing{pf, kDelays}, [](auto& x) { x.wanted.adaptive_tx.reset(); });
  vary(std::get<SetVfAttributes>(all[6]), [](auto& x) { x.vfs[0].spoofcheck.reset(); });
  vary(std::get<SetVfAttributes>(all[6]), [](auto& x) { x.vfs.pop_back(); });
  vary(std::get<SetVfAttributes>(all[6]), [](auto& x) { x.vfs[2].stable_mac = false; });
  auto shuffled = with(all);
  shuffled.steps[5].after = {3};
  add(shuffled);
  auto torn = with(all);
  torn.kargs[1] = arg("foo", "a");
  torn.kargs.push_back(arg("b", {}));
  add(torn);
  auto empty = with(all);
  empty.kargs[1] = arg("foo", "");
  add(empty);
  empty.kargs[1] = arg("foo", {});
  add(empty);
  CHECK(hashes.size() == plans);
}

TEST_CASE("an action is known by kind, subject and index", "[report]") {
  std::set<ActionId> ids;
  for (const auto& action : one_of_each())
    CHECK(ids.insert(id_of(action)).second);
  CHECK(id_of(one_of_each()[8]) == ActionId{"bind-driver", "0000:3b:00.0", 1});
  CHECK(id_of(LoadModule{"vfio-pci"}) == ActionId{"load-module", "vfio-pci", {}});
  CHECK(id_of(SetDefaultIrqAffinity{CpuSet{0}}) == ActionId{"default-irq-affinity", "", {}});
}

TEST_CASE(
    "a step has the sentence that 0.1.0 gave it, whatever it is called today", "[report][steps]") {
  std::vector<std::string> sentences;
  for (const auto& action : actions_of_0_1_0())
    sentences.push_back(legacy::describe(action));
  CHECK(
      sentences ==
      std::vector<std::string>{
          "load module vfio-pci", "new interrupts go to CPUs 0-1",
          "wait for driver ice on 0000:3b:00.0", "bring 0000:3b:00.0 up",
          "eswitch of 0000:3b:00.0 in switchdev mode",
          "create 3 VFs on 0000:3b:00.0, anew if their number differs",
          "set on 0000:3b:00.0: VF 0 mac 02:00:00:00:00:05 trust on spoofcheck off vlan 7 qos 2 "
          "proto 802.1ad state enable min-rate 10 Mbit/s max-rate 100 Mbit/s; VF 1-2 mac stable",
          "give VF 1 of 0000:3b:00.0 1 MSI-X vector",
          "bind VF 1 of 0000:3b:00.0 (0000:3b:10.2) to vfio-pci",
          "coalescing on 0000:3b:00.0: adaptive-rx on adaptive-tx off rx-usecs 20 tx-usecs 30",
          "4 queues on 0000:3b:00.0", "interrupts of 0000:3b:00.0 to CPUs 0-2",
          "idle latency of CPUs 2-3 at most 5 us"});
  const auto pf = bdf("0000:3b:00.0"), vf = bdf("0000:3b:10.2");
  CHECK(legacy::describe(AwaitDriver{pf, ""}) == "wait for the driver of 0000:3b:00.0");
  CHECK(legacy::describe(CreateVfs{pf, 1, false}) == "create 1 VF on 0000:3b:00.0");
  CHECK(
      legacy::describe(BindDriver{pf, 1, vf, VfDriver::none()}) ==
      "leave VF 1 of 0000:3b:00.0 (0000:3b:10.2) without a driver");
  CHECK(
      legacy::describe(BindDriver{pf, 1, vf, VfDriver()}) ==
      "leave VF 1 of 0000:3b:00.0 (0000:3b:10.2) to the kernel's driver");
  CHECK(legacy::hash(with(actions_of_0_1_0())) == "9203559fcabd");
}

TEST_CASE(
    "a plan is known by its hash and by the one that 0.1.0 gave it, and by no other", "[report]") {
  const auto plan = with(actions_of_0_1_0());
  CHECK(plan.hash() != legacy::hash(plan));
  CHECK(plan.known_as(plan.hash()));
  CHECK(plan.known_as(legacy::hash(plan)));
  CHECK_FALSE(plan.known_as(""));
  CHECK_FALSE(plan.known_as(with({}).hash()));
  CHECK_FALSE(plan.known_as(legacy::hash(with({}))));
}

// The hashes are those that the program of 0.1.0 printed for these machines.
TEST_CASE("every machine of tests/machines has the hash that 0.1.0 gave its plan", "[report]") {
  check_machines([](const Result<Plan>& plan, const Facts&) {
    return GoldenFiles{{"hash-0.1.0.txt", (plan ? legacy::hash(*plan) : "refused") + "\n"}};
  });
}

TEST_CASE("every captured machine has the hash that 0.1.0 gave its plan", "[report]") {
  const std::map<std::string, std::string> known{
      {"16em64t-4s2c2t", "5f72fa490ab1"},
      {"32amd64-4s2n4c-cgroup2", "e986705c4e4c"},
      {"40intel64-4n10c+pci-conflicts", "ec604621b6ae"},
      {"48amd64-4pa2n6c-sparse", "bd5bdcd7a327"},
      {"64amd64-4s2n4ca2co", "425b4c784fdb"},
      {"8em64t-2s2ca2c-buggynuma", "364fe3ef37c6"},
      {"96em64t-4no4pa3ca2co", "cffedb9a7a00"},
      // CPU 0 is offline, and joins its core now.
      {"offline-cpu0-node0", "8986e41bf2c6"},
      {"x86_64-64cpu", "fd751a11e7cb"}};
  for (const auto& [name, path] : Captures::all()) {
    if (!known.contains(name)) continue;
    INFO(name);
    const auto root = Root::open(path);
    REQUIRE(root);
    const auto facts = read_facts(*root);
    REQUIRE(facts);
    CHECK(
        legacy::hash(plan(
            *facts,
            "[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n[hugepages]\nsize = 2M\n"
            "per-node = 50%\nhost-reserve = 256M\n[power]\nmax-cstate = 1\n"
            "isolated-latency-us = 0\n")) == known.at(name));
  }
}
