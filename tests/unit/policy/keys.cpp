// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/keys.hpp"
#include "policy/table.hpp"

#include "policy_test.hpp"

#include <set>

namespace vfirst {

namespace {

// The whole of the design's example, one file.
constexpr const char* kExample = R"([cpu]
reserved-cores-per-node = 1     ; whole cores, SMT siblings follow
; reserved = 0-1,32-33
isolate = yes

[hugepages]
size = 1G                       ; 1G or 2M
per-node = 80%
node0 = 24
host-reserve = 4G

[iommu]
mode = passthrough

[power]
max-cstate = 1
isolated-latency-us = 0

[kernel]
extra = skew_tick=1 nosoftlockup
mitigations = off

[pf uplink]
vendor = 8086
device = 10c9
expect = 2
vfs = 7
vf-driver = vfio-pci
vf-mac = stable
vf-trust = off
vf-spoofcheck = on
vf-queues = 4
rx-usecs = 0
tx-usecs = 0
adaptive-rx = off
queues = 4
irq = local-reserved
required = yes

[vf uplink 0-1]
driver = keep
vlan = 100

[boot]
trial = yes
reboot = none
timeout = 60
role = host
)";

}  // namespace

TEST_CASE("the design's example is read key by key, each with its line", "[policy]") {
  const auto policy = accepted(kExample);
  CHECK(policy.cpu.reserved_cores_per_node == Setting<unsigned>{1, {"50-host.ini", 2}});
  CHECK(policy.cpu.isolate == Setting<Isolation>{Isolation::full, {"50-host.ini", 4}});
  CHECK_FALSE(policy.cpu.reserved);
  CHECK(policy.hugepages.size->value == ByteSize::gib(1));
  CHECK(policy.hugepages.per_node->value == PageRequest{true, 80});
  CHECK(policy.hugepages.nodes.at(0).value == PageRequest{false, 24});
  CHECK(policy.hugepages.host_reserve->value == ByteSize::gib(4));
  CHECK(policy.iommu.mode->value == IommuMode::passthrough);
  CHECK(policy.power.max_cstate->value == std::optional<unsigned>(1));
  CHECK(policy.power.isolated_latency_us->value == 0);
  CHECK(policy.kernel.extra->value == "skew_tick=1 nosoftlockup");
  CHECK(policy.kernel.mitigations->value == "off");
  REQUIRE(policy.pfs.size() == 1);
  const auto& pf = policy.pfs[0];
  CHECK(pf.name == "uplink");
  CHECK(pf.from == Origin{"50-host.ini", 23});
  CHECK(pf.match.vendor->value == 0x8086);
  CHECK(pf.match.device->value == 0x10c9);
  CHECK(pf.expect->value == 2);
  CHECK(pf.vfs->value == VfCount{7});
  CHECK(pf.vf.driver->value.str() == "vfio-pci");
  CHECK(pf.vf.mac->value.kind == MacRule::Kind::stable);
  CHECK(pf.vf.trust->value == false);
  CHECK(pf.vf.spoofcheck->value == true);
  CHECK(pf.vf.queues->value == 4);
  CHECK(pf.rx_usecs->value == 0);
  CHECK(pf.adaptive_rx->value == false);
  CHECK_FALSE(pf.adaptive_tx);
  CHECK(pf.queues->value == 4);
  CHECK(pf.irq->value.kind == IrqRule::Kind::local_reserved);
  CHECK(pf.required->value == true);
  REQUIRE(policy.vf_ranges.size() == 1);
  CHECK(policy.vf_ranges[0].first == 0);
  CHECK(policy.vf_ranges[0].last == 1);
  CHECK(policy.vf_ranges[0].vf.driver->value.str() == "keep");
  CHECK(policy.vf_ranges[0].vf.vlan == Setting<unsigned>{100, {"50-host.ini", 42}});
  CHECK(policy.boot.trial->value == true);
  CHECK(policy.boot.reboot->value == Reboot::none);
  CHECK(policy.boot.timeout_s->value == 60);
  CHECK(policy.boot.role->value == Role::host);
  CHECK(policy.files == std::vector<std::string>{"50-host.ini"});
}

TEST_CASE("a printed policy reads back as itself", "[policy]") {
  const auto first = print_policy(accepted(kExample));
  CHECK(print_policy(accepted(first)) == first);
  CHECK(first.find("node0 = 24") != std::string::npos);
  CHECK(first.find("[vf uplink 0-1]\ndriver = keep\nvlan = 100") != std::string::npos);
}

TEST_CASE(
    "every key of the table is accepted in its section, and only once in the table", "[policy]") {
  const auto sample = [](const PolicyKey& key) -> std::string {
    for (auto [syntax, value] :
         {std::pair{"yes | no", "yes"},
          {"on | off", "on"},
          {"GLOB", "x*"},
          {"CPU-LIST", "0-3"},
          {"1G | 2M", "2M"},
          {"PERCENT% | PAGES", "50%"},
          {"SIZE", "4G"},
          {"ARGUMENTS", "skew_tick=1"},
          {"ADDRESS", "3b:00.0"},
          {"ID", "8086"},
          {"ID:ID", "8086:*"},
          {"MAC", "52:54:00:12:34:56"},
          {"0..65535 | max", "max"},
          {"0..9 | any", "any"}})
      if (key.syntax == syntax) return value;
    const auto word = std::string(key.syntax.substr(0, key.syntax.find(" ")));
    return word.find("..") == std::string::npos ? word : word.substr(0, word.find(".."));
  };
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& key : policy_keys()) {
    CHECK(seen.emplace(key.section, key.key).second);
    CHECK_FALSE(key.help.empty());
    const auto name = key.key == "nodeN" ? "node3" : std::string(key.key);
    auto header = std::string(key.section);
    std::string before;
    if (header == "pf NAME") header = "pf a", before = name == "pci" ? "" : "pci = *\n";
    if (header == "vf NAME RANGE")
      before = "[pf a]\npci = *\n", header = "vf a 0-1";
    else
      before = "[" + header + "]\n" + before, header.clear();
    accepted(
        before + (header.empty() ? "" : "[" + header + "]\n") + name + " = " + sample(key) + "\n");
  }
  CHECK(seen.size() > 60);
}

TEST_CASE("the vf-* keys of a PF are the keys of a VF section with a prefix", "[policy][sriov]") {
  std::vector<std::string> prefixed, plain;
  for (const auto& key : policy_keys()) {
    if (key.section == "pf NAME" && key.key.starts_with("vf-"))
      prefixed.emplace_back(key.key.substr(3));
    if (key.section == "vf NAME RANGE") plain.emplace_back(key.key);
  }
  CHECK(prefixed == plain);
}

}  // namespace vfirst
