// SPDX-License-Identifier: GPL-2.0-or-later
// Early boot, in which the disk that will be root comes late.
#include "cli/await_carrier.hpp"
#include "cli/command.hpp"
#include "unit/pci_tree.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <functional>

using namespace vfirst;
using vfirst::test::PciTree;

namespace {

// A clock that jumps; `device` is called when something waits for a device, and `quiet`, which is
// then without device events, is told the time.
class Jumping : public Events {
 public:
  explicit Jumping(std::function<void()> device, std::function<void(Time)> quiet = {})
      : device_(std::move(device)), quiet_(std::move(quiet)) {}
  Time now() const override { return now_; }
  void wait(Time until, bool devices) override {
    if (devices) ++waits, device_();
    // A boot has events all the time.
    now_ = devices && !quiet_ ? std::min(until, now_ + std::chrono::milliseconds(1)) : until;
    if (quiet_) quiet_(now_);
  }
  void wake() override {}
  unsigned waits = 0;

 private:
  std::function<void()> device_;
  std::function<void(Time)> quiet_;
  Time now_{};
};

// Two NVMe drives with VFs, root=/dev/nvme1n1, and a policy for both.
PciTree early_boot() {
  PciTree tree;
  for (const auto* address : {"0000:5e:00.0", "0000:5f:00.0"}) {
    tree.function(address, "pci0000:5d/0000:5d:00.0", "010802", "144d:a824");
    tree.pf(address, 4);
  }
  tree.add(
      {{"etc/initrd-release", ""},
       {"sys/class/block/", ""},
       {"proc/self/mountinfo", "1 1 0:2 / / rw - rootfs none rw\n"},
       {"proc/cmdline", "root=/dev/nvme1n1 ro\n"},
       {"etc/vfirst/policy.d/50.ini", "[pf drives]\nvendor = 144d\nexpect = 2\nvfs = 2\n"}});
  return tree;
}

void add_root(PciTree& tree) {
  tree.add(
      "sys/class/block/nvme1n1",
      "-> ../../devices/pci0000:5d/0000:5d:00.0/0000:5e:00.0/nvme/nvme1/nvme1n1");
}

}  // namespace

TEST_CASE("in the initramfs the plan waits until root's disk is known", "[provisioning][sriov]") {
  auto tree = early_boot();
  Options options;
  options.root = tree.path();
  auto input = load_tree(options, read_machine);
  REQUIRE(input);
  auto plan = load_plan(*input, options, StepsAt::now);
  REQUIRE(plan);
  CHECK(plan->pfs.empty());
  CHECK(waits_for_carrier(input->facts, *plan));
  SECTION("it comes with the third event") {
    unsigned left = 3;
    Jumping events([&] {
      if (--left == 0) add_root(tree);
    });
    await_carriers(options, events, input, plan);
    REQUIRE(plan);
    REQUIRE(plan->pfs.size() == 1);
    CHECK(plan->pfs[0].address == PciAddress{0, 0x5f, 0, 0});
    CHECK_FALSE(waits_for_carrier(input->facts, *plan));
    CHECK(events.waits == 3);
    CHECK(events.now() < std::chrono::seconds(1));
  }
  SECTION("it never comes: the boot goes on, and both are left alone") {
    Jumping events([] {});
    await_carriers(options, events, input, plan);
    REQUIRE(plan);
    CHECK(plan->pfs.empty());
    CHECK(events.now() == kCarrierWait);
    // The machine is not looked at for each event.
    CHECK(events.waits <= 101);
  }
}

TEST_CASE("a plan waits only where that could give it a PF", "[provisioning][sriov]") {
  auto tree = early_boot();
  Options options;
  options.root = tree.path();
  const auto waits = [&] {
    const auto input = load_tree(options, read_machine);
    REQUIRE(input);
    const auto plan = load_plan(*input, options, StepsAt::now);
    REQUIRE(plan);
    return waits_for_carrier(input->facts, *plan);
  };
  CHECK(waits());
  SECTION("the policy is about NICs, and no network carries root") {
    tree.function("0000:3b:00.0", "pci0000:17/0000:17:02.0", "020000", "8086:1592");
    tree.pf("0000:3b:00.0", 4);
    tree.add("etc/vfirst/policy.d/50.ini", "[pf nic]\nvendor = 8086\nvfs = 2\n");
  }
  SECTION("the owner gave a word") {
    tree.add(
        "etc/vfirst/policy.d/50.ini",
        "[pf drives]\nvendor = 144d\nexpect = 2\nvfs = 2\nallow-unknown-carrier = yes\n");
  }
  SECTION("root is there") {
    add_root(tree);
  }
  CHECK_FALSE(waits());
}

TEST_CASE(
    "in the initramfs the plan waits until a route tells over which port root comes",
    "[provisioning][sriov]") {
  // Root over NFS; ip= names no port. Two ports, of which one gets an address by DHCP.
  PciTree tree;
  for (const auto* address : {"0000:3b:00.0", "0000:3c:00.0"}) {
    tree.function(address, "pci0000:17/0000:17:02.0", "020000", "8086:1592");
    tree.pf(address, 4);
    tree.add(
        fmt::format("sys/class/net/port{}", address[6]),
        fmt::format("-> ../../devices/pci0000:17/0000:17:02.0/{}/net/port{}", address, address[6]));
  }
  tree.add(
      {{"etc/initrd-release", ""},
       {"sys/class/block/", ""},
       {"proc/self/mountinfo", "1 1 0:2 / / rw - rootfs none rw\n"},
       {"proc/cmdline", "root=nfs4:10.0.2.100:/ ip=dhcp\n"},
       {"etc/vfirst/policy.d/50.ini", "[pf nics]\nvendor = 8086\nexpect = 2\nvfs = 2\n"}});
  Options options;
  options.root = tree.path();
  auto input = load_tree(options, read_machine);
  REQUIRE(input);
  auto plan = load_plan(*input, options, StepsAt::now);
  REQUIRE(plan);
  CHECK(plan->pfs.empty());
  SECTION("no device event tells of the route, which comes after 40 s") {
    Jumping events(
        [] {},
        [&](Events::Time now) {
          if (now > std::chrono::seconds(40))
            tree.add(
                "proc/net/route",
                "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
                "portc\t0002000A\t00000000\t0001\t0\t0\t1024\t00FFFFFF\t0\t0\t0\n");
        });
    await_carriers(options, events, input, plan);
    REQUIRE(plan);
    REQUIRE(plan->pfs.size() == 1);
    CHECK(plan->pfs[0].address == PciAddress{0, 0x3b, 0, 0});
    CHECK(events.now() < std::chrono::seconds(43));
  }
  SECTION("it never comes: the boot goes on, and both are left alone") {
    Jumping events([] {}, [](Events::Time) {});
    await_carriers(options, events, input, plan);
    REQUIRE(plan);
    CHECK(plan->pfs.empty());
    CHECK(events.now() == kNetworkCarrierWait);
  }
}
