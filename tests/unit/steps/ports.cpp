// SPDX-License-Identifier: GPL-2.0-or-later
// What goes through netlink: VF attributes, coalescing, queues, port up.
#include "fakesys/machine.hpp"
#include "policy/vf_keys.hpp"
#include "steps/apply.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;

namespace {

struct WithPort : FakeMachine {
  WithPort() {
    sysfs.add({});
    REQUIRE(apply(CreateVfs{kPf, 7, false}, machine).state == StepState::done);
  }
  Port& port() { return net.port(2); }
};

SetVfAttributes attributes(unsigned vfs, const SetVfAttributes::Vf& each) {
  SetVfAttributes out{kPf, {}};
  for (unsigned i = 0; i < vfs; ++i) {
    out.vfs.push_back(each);
    out.vfs.back().index = i;
  }
  return out;
}

// Another value than this one.
bool other(bool value) {
  return !value;
}
unsigned other(unsigned value) {
  return value + 1;
}
VlanProtocol other(VlanProtocol value) {
  return value == VlanProtocol::dot1q ? VlanProtocol::dot1ad : VlanProtocol::dot1q;
}
LinkState other(LinkState value) {
  return value == LinkState::enable ? LinkState::disable : LinkState::enable;
}

}  // namespace

TEST_CASE("a VF's own port is brought up and set, once its driver made it", "[network][sriov]") {
  WithPort fake;
  fake.sysfs.add_vf_driver("igbvf");
  const auto vf = *PciAddress::parse(fake.sysfs.vf(kPf.str(), 1));
  CHECK(apply(BringUp{vf}, fake.machine).state == StepState::failed);
  REQUIRE(apply(BindDriver{kPf, 1, vf, *VfDriver::parse("keep")}, fake.machine).got == "igbvf");
  CHECK(apply(BringUp{vf}, fake.machine).state == StepState::done);
  const SetCoalescing usecs{vf, {.rx_usecs = 30}};
  CHECK(apply(usecs, fake.machine).state == StepState::done);
  CHECK(verify(usecs, fake.machine).got == "rx-usecs 30");
  CHECK(apply(usecs, fake.machine).state == StepState::unchanged);
  // the PF's own stands
  CHECK(fake.port().coalescing.rx_usecs != 30U);
}

TEST_CASE(
    "all attributes of all VFs go in one message, and a second run sends none",
    "[network][sriov]") {
  WithPort fake;
  SetVfAttributes::Vf each;
  each.stable_mac = true;
  each.trust = true;
  each.vlan = 100;
  const auto action = attributes(7, each);
  const auto out = apply(action, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "7 of 7 VFs");
  CHECK(fake.net.messages == 1);
  CHECK(fake.port().vfs[3].mac == fake.port().mac.stable_vf(3));
  CHECK(apply(action, fake.machine).state == StepState::unchanged);
  CHECK(fake.net.messages == 1);
  CHECK(verify(action, fake.machine).verdict == Verdict::ok);
}

TEST_CASE(
    "each attribute of a VF is set, kept and verified, and missed where it is gone",
    "[network][sriov]") {
  for_each_attribute([](const auto& row) {
    INFO(row.key);
    WithPort fake;
    fake.port().every_setting = true;
    const auto now = [&] { return (*fake.net.vfs(2))[1].*row.payload; };
    const auto before = now();
    SetVfAttributes::Vf each;
    // a tag and a priority are those of a VLAN
    if (row.sent_with == SentWith::vlan) each.vlan = 5;
    const auto wish = other(before.value_or(typename std::decay_t<decltype(row)>::Value{}));
    each.*row.payload = wish;
    const auto action = attributes(2, each);
    CHECK(verify(action, fake.machine).verdict != Verdict::ok);
    CHECK(apply(action, fake.machine).state == StepState::done);
    CHECK(now() == wish);
    CHECK(verify(action, fake.machine).verdict == Verdict::ok);
    CHECK(apply(action, fake.machine).state == StepState::unchanged);
    fake.port().vfs[1].*row.payload = before;
    CHECK(verify(action, fake.machine).verdict != Verdict::ok);
  });
}

TEST_CASE("an attribute that the driver lacks takes no other along, and is named", "[network]") {
  WithPort fake;
  fake.port().no_trust = true;
  SetVfAttributes::Vf each;
  each.mac = *MacAddress::parse("02:00:00:00:00:01");
  each.trust = true;
  const auto out = apply(attributes(2, each), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.partial);
  CHECK(out.error == EOPNOTSUPP);
  CHECK(
      out.cause ==
      "0000:01:00.0: VF 0 trust on: EOPNOTSUPP: the driver has no such VF setting (Operation not "
      "supported)");
  CHECK(fake.port().vfs[0].mac == each.mac);
  CHECK(fake.port().vfs[1].mac == each.mac);
}

TEST_CASE("trust off needs nothing of a driver that knows no trust", "[network]") {
  WithPort fake;
  fake.port().no_trust = true;
  SetVfAttributes::Vf each;
  each.trust = false;
  CHECK(apply(attributes(7, each), fake.machine).state == StepState::unchanged);
}

TEST_CASE("a VF in reset is asked again", "[network][sriov]") {
  WithPort fake;
  fake.port().in_reset = 2;
  SetVfAttributes::Vf each;
  each.vlan = 5;
  const auto out = apply(attributes(1, each), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.writes == 3);
}

TEST_CASE("coalescing sends only what differs and only what is asked for", "[network]") {
  WithPort fake;
  const SetCoalescing action{kPf, {.rx_usecs = 0}};
  const auto out = apply(action, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "rx-usecs 0");
  CHECK(fake.port().coalescing == Coalescing{.rx_usecs = 0, .tx_usecs = 3});
  CHECK(apply(action, fake.machine).state == StepState::unchanged);
  CHECK(fake.net.writes == 1);
}

TEST_CASE("adaptive off is fulfilled by a device that has no adaptive mode", "[network]") {
  WithPort fake;
  fake.port().coalescing.rx_usecs = 30;
  fake.port().coalescing.tx_usecs = 30;
  CHECK(
      apply(SetCoalescing{kPf, {.adaptive_rx = false}}, fake.machine).state ==
      StepState::unchanged);
}

TEST_CASE(
    "a setting that the driver lacks leaves the others in force, with the kernel's sentence",
    "[network]") {
  WithPort fake;
  const auto out = apply(SetCoalescing{kPf, {.adaptive_rx = true, .rx_usecs = 0}}, fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(
      out.cause ==
      "eth0: adaptive-rx on: EINVAL: the driver refuses this value (Invalid argument: cannot "
      "modify an unsupported parameter)");
  CHECK(fake.port().coalescing.rx_usecs == 0U);
}

TEST_CASE("a clamped value is reported, not believed", "[network]") {
  WithPort fake;
  fake.port().usecs_limit = 100;
  const auto out = apply(SetCoalescing{kPf, {.rx_usecs = 500}}, fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.cause == "eth0: the driver accepted rx-usecs 500 but keeps rx-usecs 100");
}

TEST_CASE("queues beyond the device's are refused with its limit", "[network]") {
  WithPort fake;
  CHECK(apply(SetQueues{kPf, 2}, fake.machine).state == StepState::done);
  CHECK(apply(SetQueues{kPf, 2}, fake.machine).state == StepState::unchanged);
  const auto out = apply(SetQueues{kPf, 16}, fake.machine);
  CHECK(out.error == ERANGE);
  CHECK(out.cause == "eth0: 16 queues asked, the device has 8");
}

TEST_CASE("a port is raised once", "[network]") {
  WithPort fake;
  CHECK(apply(BringUp{kPf}, fake.machine).state == StepState::done);
  CHECK(apply(BringUp{kPf}, fake.machine).state == StepState::unchanged);
  CHECK(verify(BringUp{kPf}, fake.machine).verdict == Verdict::ok);
}

TEST_CASE("a port that udev has not named yet waits", "[network]") {
  WithPort fake;
  fake.sysfs.put("run/udev/control", "");
  const auto out = apply(BringUp{kPf}, fake.machine);
  CHECK(out.state == StepState::deferred);
  CHECK(out.waiting);
  CHECK(out.writes == 0);
  fake.sysfs.put("run/udev/data/n2", "");
  CHECK(apply(BringUp{kPf}, fake.machine).state == StepState::done);
}

TEST_CASE(
    "a driver that is bound but still probing has no port yet: waited for; one given to a guest is "
    "not",
    "[network]") {
  FakeMachine fake;
  Pf quiet;
  quiet.netdev = "";
  SECTION("probing") {
    fake.sysfs.add(quiet);
    const auto out = apply(BringUp{kPf}, fake.machine);
    CHECK(out.state == StepState::deferred);
    CHECK(out.waiting);
  }
  SECTION("on vfio-pci") {
    quiet.driver = "vfio-pci";
    fake.sysfs.add(quiet);
    const auto out = apply(BringUp{kPf}, fake.machine);
    CHECK(out.state == StepState::failed);
    CHECK_FALSE(out.waiting);
    CHECK(out.cause == "0000:01:00.0: its driver (vfio-pci) created no network device");
  }
}

TEST_CASE(
    "attributes, queues and coalescing go to the PF's own port and to no representor",
    "[network][sriov]") {
  for (const auto* name : {"pf0vf0", "pf0sf88", "c1pf0sf3", "pf1"}) {
    INFO(name);
    WithPort fake;
    const auto folder = "sys/bus/pci/devices/" + kPf.str() + "/net/";
    // Before the own port by name and by number.
    fake.sysfs.put(folder + "a_rep/ifindex", "9");
    fake.sysfs.put(folder + "a_rep/flags", "0x1002");
    fake.sysfs.put(folder + "a_rep/phys_port_name", name);
    SetVfAttributes::Vf each;
    each.trust = true;
    CHECK(apply(attributes(2, each), fake.machine).state == StepState::done);
    CHECK(apply(SetQueues{kPf, 2}, fake.machine).state == StepState::done);
    CHECK(apply(SetCoalescing{kPf, {.rx_usecs = 20}}, fake.machine).state == StepState::done);
    CHECK(apply(BringUp{kPf}, fake.machine).state == StepState::done);
    CHECK(fake.port().channels.combined == 2);
    CHECK(fake.port().coalescing.rx_usecs == 20U);
    CHECK(fake.net.port(9).channels.combined == 4);
    CHECK(fake.net.port(9).coalescing.rx_usecs == 3U);
    CHECK(fake.net.port(9).vfs.empty());
  }
}

TEST_CASE("of several ports on one function the one that the policy names is set", "[network]") {
  WithPort fake;
  const auto folder = "sys/bus/pci/devices/" + kPf.str() + "/net/";
  fake.sysfs.put(folder + "eth0/dev_port", "0");
  fake.sysfs.put(folder + "a1/ifindex", "9");
  fake.sysfs.put(folder + "a1/flags", "0x1003");
  fake.sysfs.put(folder + "a1/dev_port", "1");
  fake.net.port(9).mac = *MacAddress::parse("52:54:00:12:34:99");
  std::vector<PortChoice> second(3);
  second[0].port = "1";
  second[1].ifname = "a*";
  second[2].mac = fake.net.port(9).mac;
  unsigned queues = 1;
  for (const auto& choice : second) {
    ++queues;
    CHECK(apply(SetQueues{kPf, queues, choice}, fake.machine).state == StepState::done);
    CHECK(verify(SetQueues{kPf, queues, choice}, fake.machine).verdict == Verdict::ok);
    CHECK(fake.net.port(9).channels.combined == queues);
    CHECK(fake.port().channels.combined == 4);
  }
  // Without a word the lowest number is the PF's.
  CHECK(apply(SetQueues{kPf, 7}, fake.machine).state == StepState::done);
  CHECK(fake.port().channels.combined == 7);
  CHECK(
      apply(SetQueues{kPf, 7, PortChoice{"3", "", {}}}, fake.machine).cause ==
      "0000:01:00.0: none of its ports (eth0, a1) is the one that the policy names");
}

TEST_CASE("virtio's port lies below the device behind the function", "[network][sriov]") {
  WithPort fake;
  const auto folder = "sys/bus/pci/devices/" + kPf.str();
  fake.sysfs.put(folder + "/vendor", "0x1af4");
  fake.sysfs.put(folder + "/virtio3/net/ens9/ifindex", "9");
  fake.sysfs.put(folder + "/virtio3/net/ens9/dev_port", "1");
  CHECK(
      apply(SetQueues{kPf, 2, PortChoice{"", "ens9", {}}}, fake.machine).state == StepState::done);
  CHECK(fake.net.port(9).channels.combined == 2);
}

namespace {

struct WithInfiniband : WithPort {
  WithInfiniband() {
    port().infiniband = true;
    sysfs.put(
        "sys/bus/pci/devices/0000:01:00.0/infiniband/mlx5_0/node_guid", "5c25:7303:00bf:a320");
  }
};

SetVfAttributes stable_guids() {
  SetVfAttributes::Vf each;
  each.stable_guid = true;
  return attributes(7, each);
}

}  // namespace

TEST_CASE("GUIDs of VFs are set once and read back", "[network][sriov]") {
  WithInfiniband fake;
  const auto action = stable_guids();
  CHECK(verify(action, fake.machine).verdict == Verdict::failed);
  const auto out = apply(action, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "7 of 7 VFs");
  CHECK(fake.port().vfs[3].guid == Guid{0x5c25730300bfa320}.stable_vf(3));
  CHECK(apply(action, fake.machine).state == StepState::unchanged);
  CHECK(fake.net.messages == 1);
  CHECK(verify(action, fake.machine).verdict == Verdict::ok);
  fake.port().vfs[1].guid = Guid{};
  CHECK(
      verify(action, fake.machine).cause ==
      fmt::format(
          "0000:01:00.0: VF 1 does not have guid {}", Guid{0x5c25730300bfa320}.stable_vf(1).str()));
}

TEST_CASE("GUIDs that the kernel does not show are not judged", "[network][sriov]") {
  WithInfiniband fake;
  fake.port().hides_guids = true;
  const auto action = stable_guids();
  const auto out = apply(action, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "7 of 7 VFs, GUIDs not shown");
  CHECK(fake.port().vfs[3].guid == Guid{0x5c25730300bfa320}.stable_vf(3));
  const auto seen = verify(action, fake.machine);
  CHECK(seen.verdict == Verdict::unknown);
  CHECK(seen.got == "GUIDs not shown");
  CHECK(seen.cause == "0000:01:00.0: this kernel does not show the GUIDs of VFs");
  // What it does show counts.
  auto linked = action;
  linked.vfs[2].link_state = LinkState::enable;
  CHECK(verify(linked, fake.machine).verdict == Verdict::short_of);
  CHECK(apply(linked, fake.machine).state == StepState::done);
  CHECK(verify(linked, fake.machine).verdict == Verdict::unknown);
}

TEST_CASE("a GUID that the driver refuses is named, and its VF", "[network][sriov]") {
  WithPort fake;
  SetVfAttributes::Vf each;
  each.guid = Guid{0x0211223344556677};
  const auto out = apply(attributes(1, each), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(
      out.cause ==
      "0000:01:00.0: VF 0 guid 02:11:22:33:44:55:66:77: EOPNOTSUPP: the driver has no such VF "
      "setting (Operation not supported)");
  each.guid.reset();
  each.stable_guid = true;
  CHECK(
      apply(attributes(1, each), fake.machine).cause ==
      "0000:01:00.0: its InfiniBand device shows no node GUID from which VFs' could be derived");
}
