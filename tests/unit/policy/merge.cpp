// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/keys.hpp"
#include "policy_test.hpp"

namespace vfirst {

namespace {
Policy merged(const std::vector<Source>& sources, const MatchFacts& machine = {}) {
  auto policy = parse_policy(sources, machine);
  if (!policy) FAIL(policy.error().what);
  return *policy;
}
}  // namespace

TEST_CASE(
    "a later file wins key by key and leaves the other keys of a PF alone", "[policy][sriov]") {
  const auto policy = merged(
      {{"10-a.ini", "[pf up]\npci = 3b:00.0\nvfs = 4\nvf-trust = on\n[cpu]\nisolate = yes\n"},
       {"20-b.ini",
        "[pf up]\nvfs = 8\n[pf down]\nmac = 52:54:00:00:00:01\n[cpu]\nreserved-cores-per-node = "
        "2\n"}});
  REQUIRE(policy.pfs.size() == 2);
  CHECK(policy.pfs[0].match.pci == Setting<std::string>{"0000:3b:00.0", {"10-a.ini", 2}});
  CHECK(policy.pfs[0].vfs == Setting<VfCount>{{8}, {"20-b.ini", 2}});
  CHECK(policy.pfs[0].vf.trust->value == true);
  CHECK(policy.pfs[0].from == Origin{"10-a.ini", 1});
  CHECK(policy.pfs[1].name == "down");
  CHECK(policy.cpu.isolate->value == Isolation::full);
  CHECK(policy.cpu.reserved_cores_per_node->from.file == "20-b.ini");
}

TEST_CASE("the later of two ways to reserve CPUs replaces the earlier", "[policy][cpu]") {
  const auto cores = merged(
      {{"a.ini", "[cpu]\nreserved = 0-1\n"}, {"b.ini", "[cpu]\nreserved-cores-per-node = 2\n"}});
  CHECK_FALSE(cores.cpu.reserved);
  CHECK(cores.cpu.reserved_cores_per_node->value == 2);
  const auto list = merged(
      {{"a.ini", "[cpu]\nreserved-cores-per-node = 2\n"}, {"b.ini", "[cpu]\nreserved = 0-1\n"}});
  CHECK_FALSE(list.cpu.reserved_cores_per_node);
  CHECK(list.cpu.reserved->value == "0-1");
}

TEST_CASE(
    "a VF range that a later file names again is merged, an overlapping one refused",
    "[policy][sriov]") {
  const Source first{"a.ini", "[pf up]\npci = *\n[vf up 0-1]\nvlan = 1\ntrust = on\n"};
  const auto policy = merged({first, {"b.ini", "[vf up 0-1]\nvlan = 2\n"}});
  REQUIRE(policy.vf_ranges.size() == 1);
  CHECK(policy.vf_ranges[0].vf.vlan->value == 2);
  CHECK(policy.vf_ranges[0].vf.trust->value == true);
  CHECK(
      refusal({first, {"b.ini", "[vf up 1-2]\nvlan = 2\n"}}) ==
      "b.ini:1: [vf up 1-2] overlaps [vf up 0-1] (a.ini:3)");
}

TEST_CASE("an empty extra takes an earlier one back", "[policy]") {
  const auto policy =
      merged({{"a.ini", "[kernel]\nextra = skew_tick=1\n"}, {"b.ini", "[kernel]\nextra =\n"}});
  CHECK(policy.kernel.extra == Setting<std::string>{"", {"b.ini", 2}});
}

TEST_CASE("a file applies only where every key of [match] matches", "[policy]") {
  const MatchFacts r760{
      "PowerEdge R760xs ",
      "Dell Inc.",
      "ABC123",
      "Host-1",
      "intel",
      {"52:54:00:aa:bb:01", "52:54:00:aa:bb:02"}};
  const auto takes = [&](const std::string& match) {
    return merged({{"60.ini", "[cpu]\nisolate = yes\n[match]\n" + match}}, r760).files.size() == 1;
  };
  CHECK(takes("product = PowerEdge R760*\n"));
  CHECK_FALSE(takes("product = PowerEdge R760\n"));
  CHECK_FALSE(takes("product = poweredge*\n"));
  CHECK(
      takes("product = PowerEdge*\nvendor = Dell*\nserial = ABC???\nhostname = host-*\ncpu-vendor "
            "= Intel\n"));
  CHECK_FALSE(takes("product = PowerEdge*\ncpu-vendor = amd\n"));
  CHECK(takes("mac = 52:54:00:AA:BB:02\n"));
  CHECK_FALSE(takes("mac = 52:54:00:aa:cc:*\n"));
  const auto skipped =
      merged({{"60.ini", "[match]\nproduct = PowerEdge R750\n[cpu]\nisolate = yes\n"}}, r760);
  CHECK_FALSE(skipped.cpu.isolate);
  CHECK(skipped.files.empty());
  CHECK(
      skipped.skipped ==
      std::vector<SkippedFile>{
          {{"60.ini", 2}, "[match] product is 'PowerEdge R760xs', not 'PowerEdge R750'"}});
}

TEST_CASE("what is not known about a machine matches nothing, not even *", "[policy]") {
  const auto policy = merged({{"60.ini", "[match]\nserial = *\n[cpu]\nisolate = yes\n"}});
  CHECK(
      policy.skipped ==
      std::vector<SkippedFile>{{{"60.ini", 2}, "[match] serial is not known here"}});
}

TEST_CASE("a fault in a file for other machines is refused here too", "[policy]") {
  CHECK(
      refusal({{"60.ini", "[match]\nproduct = other\n[cpu]\nisolat = yes\n"}}) ==
      "60.ini:4: unknown key 'isolat' in [cpu]; did you mean 'isolate'?");
  CHECK(
      refusal({{"60.ini", "[match]\nprodukt = other\n"}}) ==
      "60.ini:2: unknown key 'produkt' in [match]; did you mean 'product'?");
}

TEST_CASE(
    "a VF section whose PF belongs to other machines is left out with it", "[policy][sriov]") {
  const auto policy = merged(
      {{"10.ini", "[vf up 0]\nvlan = 1\n"},
       {"60.ini", "[match]\nproduct = other\n[pf up]\npci = *\n"}});
  CHECK(policy.vf_ranges.empty());
}

TEST_CASE("lists may go on over lines that begin with a blank", "[policy]") {
  const auto policy = accepted(
      "[kernel]\nextra = skew_tick=1\n  dyndbg=\"file a.c +p\" ; "
      "why\n\tnosoftlockup\n[cpu]\nreserved = 0-3,\n  8-11 , 16\n");
  CHECK(policy.kernel.extra->value == "skew_tick=1 dyndbg=\"file a.c +p\" nosoftlockup");
  CHECK(policy.cpu.reserved->value == "0-3,8-11,16");
}

TEST_CASE("a list beyond one line is printed over several and reads back", "[policy]") {
  std::string lists = "[cpu]\nreserved = 0", extra = "[kernel]\nextra = a0=1";
  for (int i = 2; i < 400; i += 2)
    lists += ",\n " + std::to_string(i), extra += "\n a" + std::to_string(i) + "=\"x y\"";
  const auto policy = accepted(lists + "\n" + extra + "\n");
  const auto text = print_policy(policy);
  const auto again = accepted(text);
  CHECK(again.cpu.reserved->value == policy.cpu.reserved->value);
  CHECK(again.kernel.extra->value == policy.kernel.extra->value);
}

TEST_CASE("words have one spelling behind them", "[policy]") {
  const auto policy = accepted(
      "[pf a]\npci = 3B:00.0\nsubsystem = 8086:*\nvf-vlan-protocol = 802.1q\nvf-link-state = "
      "auto\nadaptive-rx = TRUE\n"
      "[pf b]\npci = 3b:00.*\n[power]\nmax-cstate = any\n");
  CHECK(policy.pfs[0].match.pci->value == "0000:3b:00.0");
  CHECK(policy.pfs[0].match.subsystem->value == "8086:*");
  CHECK(policy.pfs[0].vf.vlan_protocol->value == VlanProtocol::dot1q);
  CHECK(policy.pfs[0].vf.link_state->value == LinkState::automatic);
  CHECK(policy.pfs[0].adaptive_rx->value == true);
  CHECK(policy.pfs[1].match.pci->value == "0000:3b:00.*");
  REQUIRE(policy.power.max_cstate);
  CHECK_FALSE(policy.power.max_cstate->value);
}

}  // namespace vfirst
