// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/format.hpp"
#include "export/guest_share.hpp"
#include "export/xml.hpp"
#include "unit/plan/machine.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kPolicy =
    "[cpu]\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = 24\n[iommu]\nmode = passthrough\n[pf "
    "uplink]\nvendor = 8086\nexpect = 2\nvfs = 4\nvf-driver = vfio-pci\nvf-mac = stable\n[vf "
    "uplink 3]\ndriver = keep\n";

// Eight cores with two threads on each of two nodes; the first core of each stays with the host.
Facts two_ports() {
  auto facts = Machine{.nodes = 2, .cores = 8, .threads = 2}.facts();
  facts.pci = {nic("0000:3b:00.0", 0), nic("0000:af:00.0", 1)};
  return facts;
}

std::string refused(const ExportWish& wish, const std::string& text = kPolicy) {
  const auto facts = two_ports();
  const auto made = export_libvirt(plan(facts, text), facts, wish);
  return made ? "not refused" : made.error().what;
}

std::string document(const ExportWish& wish, const std::string& text = kPolicy) {
  const auto facts = two_ports();
  const auto made = export_libvirt(plan(facts, text), facts, wish);
  return made ? made->document : made.error().what;
}

}  // namespace

TEST_CASE("a pool holds the VFs of its PF that go to vfio-pci, unmanaged", "[export][sriov]") {
  CHECK(
      document({.pool = "0000:3b:00.0", .vf = ""}) ==
      "<network>\n"
      "  <name>vfirst-uplink-0000:3b:00.0</name>\n"
      "  <forward mode='hostdev' managed='no'>\n"
      "    <driver name='vfio'/>\n"
      "    <address type='pci' domain='0x0000' bus='0x3b' slot='0x10' function='0x0'/>\n"
      "    <address type='pci' domain='0x0000' bus='0x3b' slot='0x10' function='0x2'/>\n"
      "    <address type='pci' domain='0x0000' bus='0x3b' slot='0x10' function='0x4'/>\n"
      "  </forward>\n"
      "</network>\n");
}

TEST_CASE("a VF's domain keeps its guest on the VF's node", "[export][sriov]") {
  CHECK(
      document({.pool = "", .vf = "0000:af:10.2"}) ==
      "<domain type='kvm'>\n"
      "  <name>vfirst-uplink-0000:af:00.0-vf1</name>\n"
      "  <!-- VF 1 of 0000:af:00.0, [pf uplink], node 1, MAC " +
          two_ports().pci[1].ports[0].permanent_mac->stable_vf(1).str() +
          " -->\n"
          "  <memory unit='KiB'>8388608</memory>\n"
          "  <memoryBacking>\n"
          "    <hugepages>\n"
          "      <page size='1048576' unit='KiB'/>\n"
          "    </hugepages>\n"
          "  </memoryBacking>\n"
          "  <vcpu placement='static' cpuset='11-12,27-28'>4</vcpu>\n"
          "  <cputune>\n"
          "    <vcpupin vcpu='0' cpuset='11'/>\n"
          "    <vcpupin vcpu='1' cpuset='27'/>\n"
          "    <vcpupin vcpu='2' cpuset='12'/>\n"
          "    <vcpupin vcpu='3' cpuset='28'/>\n"
          "    <emulatorpin cpuset='8,24'/>\n"
          "  </cputune>\n"
          "  <numatune>\n"
          "    <memory mode='strict' nodeset='1'/>\n"
          "  </numatune>\n"
          "  <os>\n"
          "    <type arch='x86_64' machine='q35'>hvm</type>\n"
          "  </os>\n"
          "  <devices>\n"
          "    <hostdev mode='subsystem' type='pci' managed='no'>\n"
          "      <driver name='vfio'/>\n"
          "      <source>\n"
          "        <address domain='0x0000' bus='0xaf' slot='0x10' function='0x2'/>\n"
          "      </source>\n"
          "    </hostdev>\n"
          "  </devices>\n"
          "</domain>\n");
}

TEST_CASE("guests of different VFs get different cores while there are enough", "[export][sriov]") {
  const auto facts = two_ports();
  std::set<unsigned> seen;
  std::size_t all = 0;
  for (const auto& [vf, share] : guest_shares(plan(facts, kPolicy), facts)) {
    CHECK_FALSE(share.cores_shared);
    seen.insert(share.cpus.begin(), share.cpus.end());
    all += share.cpus.size();
  }
  // 2 nodes x 3 guests x 2 cores x 2 threads
  CHECK(all == 24);
  CHECK(seen.size() == all);
}

TEST_CASE("with more guests than cores some share, and the domain says so", "[export]") {
  auto facts = Machine{.nodes = 1, .cores = 3, .threads = 2}.facts();
  facts.pci = {nic("0000:3b:00.0", 0)};
  const auto p = plan(
      facts,
      "[cpu]\nisolate = yes\n[iommu]\nmode = passthrough\n[pf up]\nvendor = "
      "8086\nvfs = 3\nvf-driver = vfio-pci\n");
  const auto shares = guest_shares(p, facts);
  CHECK(shares.at(bdf("3b:10.0")).cpus == std::vector<unsigned>{1, 4});
  CHECK(shares.at(bdf("3b:10.2")).cpus == std::vector<unsigned>{2, 5});
  CHECK(shares.at(bdf("3b:10.4")).cpus == std::vector<unsigned>{1, 4});
  const auto out = export_libvirt(p, facts, {.pool = "", .vf = "up:2"});
  REQUIRE(out);
  CHECK(out->document.contains(
      "<!-- 3 VFs share the isolated cores of this node: guests that run at the same time slow "
      "each other down -->"));
  CHECK(out->document.contains("<!-- no hugepages on node 0 -->"));
  CHECK_FALSE(out->document.contains("memoryBacking"));
}

TEST_CASE(
    "VFs of two device classes with the same number come to the same cores", "[export][sriov]") {
  auto facts = two_ports();
  auto nvme = nic("0000:3c:00.0", 0);
  nvme.class_code = 0x010802;
  nvme.vendor = 0x1b36;
  facts.pci.insert(facts.pci.begin() + 1, nvme);
  const auto p = plan(
      facts, std::string(kPolicy) + "[pf disk]\nvendor = 1b36\nvfs = 2\nvf-driver = vfio-pci\n");
  const auto shares = guest_shares(p, facts);
  CHECK(shares.at(bdf("3c:10.2")).cpus == shares.at(bdf("3b:10.2")).cpus);
  const auto out = export_libvirt(p, facts, {});
  REQUIRE(out);
  // libvirt's networks hold NICs alone
  CHECK(std::ranges::count(out->parts, "network", &ExportPart::kind) == 2);
  CHECK(std::ranges::count(out->parts, "domain", &ExportPart::kind) == 8);
}

TEST_CASE(
    "a PF on no node gets neither node nor memory of one, and any isolated CPU",
    "[export][cpu][sriov]") {
  auto facts = two_ports();
  facts.pci[0].node = -1;
  const auto p = plan(facts, kPolicy);
  const auto out = export_libvirt(p, facts, {.pool = "", .vf = "3b:10.0"});
  REQUIRE(out);
  CHECK_FALSE(out->document.contains("numatune"));
  CHECK(out->document.contains("on no NUMA node"));
  CHECK(guest_shares(p, facts).at(bdf("3b:10.0")).cpus.size() == 8);
}

TEST_CASE(
    "on a node without memory a guest gets that of the nearest one, and the two share its pages",
    "[export]") {
  auto facts = two_ports();
  facts.numa[1].total_kb = 0;
  facts.numa[1].distances = {21, 10};
  const auto p = plan(facts, kPolicy);
  const auto share = guest_shares(p, facts).at(bdf("af:10.0"));
  CHECK(share.memory_node == 0);
  CHECK(share.cpus.front() == 9);
  // 24 among six
  CHECK(share.pages == 4);
  const auto out = export_libvirt(p, facts, {.pool = "", .vf = "af:10.0"});
  REQUIRE(out);
  CHECK(out->document.contains("<memory mode='strict' nodeset='0'/>"));
  CHECK(out->document.contains(
      "<!-- node 1 has no memory: the guest uses the memory of the nearest node, 0 -->"));
}

TEST_CASE("without isolated CPUs nothing is pinned", "[export][cpu]") {
  const auto text = document(
      {.pool = "", .vf = "3b:10.0"},
      "[iommu]\nmode = passthrough\n[pf uplink]\nvendor = 8086\nexpect = "
      "2\nvfs = 1\nvf-driver = vfio-pci\n");
  CHECK(text.contains("<vcpu placement='static'>1</vcpu>"));
  CHECK_FALSE(text.contains("cputune"));
  CHECK(text.contains("nodeset='0'"));
}

TEST_CASE("the whole is one document with every pool and every domain", "[export][import]") {
  const auto facts = two_ports();
  const auto out = export_libvirt(plan(facts, kPolicy), facts, {});
  REQUIRE(out);
  CHECK(out->parts.size() == 8);
  CHECK(out->document.starts_with(
      "<?xml version='1.0' encoding='UTF-8'?>\n<vfirst format='libvirt' plan='"));
  for (const auto& part : out->parts)
    CHECK(out->document.contains(xml_indented(part.text)));
  CHECK(out->document.ends_with("</vfirst>\n"));
}

TEST_CASE("a wish that the plan does not hold is refused with what there is", "[export]") {
  CHECK(
      refused({.pool = "uplink", .vf = ""}) ==
      "pool 'uplink': [pf uplink] has 2 PFs; name one of them: vfirst-uplink-0000:3b:00.0 or "
      "vfirst-uplink-0000:af:00.0");
  CHECK(
      refused({.pool = "lan", .vf = ""}) ==
      "no pool 'lan': there is vfirst-uplink-0000:3b:00.0 or vfirst-uplink-0000:af:00.0");
  CHECK(
      refused({.pool = "", .vf = "uplink:0"}) ==
      "VF 'uplink:0': [pf uplink] has 2 PFs; name one of these VFs: 0000:3b:10.0 or 0000:af:10.0");
  CHECK(
      refused({.pool = "", .vf = "uplink:9"}) ==
      "no VF 'uplink:9' in this plan; `vfirst plan` shows them");
  CHECK(
      refused({.pool = "", .vf = "uplink"}) ==
      "no VF 'uplink' in this plan; `vfirst plan` shows them");
  CHECK(
      refused({.pool = "", .vf = "0000:3b:10.6"}) ==
      "VF '0000:3b:10.6' cannot be given to a guest: its vf-driver is keep, not a vfio driver");
  CHECK(
      refused({}, "[pf uplink]\nvendor = 8086\nexpect = 2\nvfs = 2\n") ==
      "no VF of this plan has a vfio driver, so there is nothing to export");
}

TEST_CASE("a VF on a variant driver is exported as one on vfio-pci is", "[export][sriov]") {
  auto text = std::string(kPolicy);
  text.replace(text.find("vfio-pci"), 8, "mlx5-vfio-pci");
  const auto without_hash = [](const std::string& made) {
    return made.substr(made.find("<network>"));
  };
  CHECK(without_hash(document({}, text)) == without_hash(document({})));
}

TEST_CASE(
    "a VF that cannot migrate is teamed with a virtio port where the owner wants guests to move",
    "[export][sriov]") {
  auto facts = two_ports();
  for (auto& f : facts.pci)
    f.sriov->vf_device = 0x1889;
  const auto domain_of = [&](std::string_view more) {
    auto text = std::string(kPolicy);
    text.insert(text.find("[vf"), more);
    const auto made = export_libvirt(plan(facts, text), facts, {.pool = "", .vf = "3b:10.2"});
    REQUIRE(made);
    return made->document;
  };
  const auto plain = domain_of("");
  CHECK_FALSE(plain.contains("teaming"));
  const auto team = domain_of("vf-migration = wanted\n");
  const auto mac = facts.pci[0].ports[0].permanent_mac->stable_vf(1).str();
  CHECK(team.contains(fmt::format(
      "    <interface type='network'>\n      <mac address='{}'/>\n      <source "
      "network='default'/>\n      <model type='virtio'/>\n      <teaming "
      "type='persistent'/>\n      <alias name='ua-vfirst-standby'/>\n    </interface>\n",
      mac)));
  CHECK(team.contains(
      "      </source>\n      <teaming type='transient' persistent='ua-vfirst-standby'/>\n    "
      "</hostdev>\n"));
  // it can migrate with its driver, or its MAC address is not known, or it is no NIC
  facts.pci[0].sriov->vf_device = 0x4941;
  facts.kernels[0].modules_known = true;
  facts.kernels[0].vfio_modules = {{"0000:3b:00.0", {"qat_vfio_pci"}}};
  CHECK_FALSE(
      domain_of("vf-migration = wanted\n[vf uplink 1]\ndriver = vfio\n").contains("teaming"));
  facts.pci[0].sriov->vf_device = 0x1889;
  CHECK_FALSE(domain_of("vf-migration = wanted\n[vf uplink 1]\nmac = auto\n").contains("teaming"));
  facts.pci[0].class_code = 0x010802;
  CHECK_FALSE(domain_of("vf-migration = wanted\n").contains("teaming"));
}

TEST_CASE(
    "a PF's name cannot break the document, nor leave libvirt's folder",
    "[export][sriov][import]") {
  const auto facts = two_ports();
  auto p = plan(facts, kPolicy);
  // the policy lets no such name in
  p.pfs[0].name = "a<&/--b";
  const auto pool = export_libvirt(p, facts, {.pool = "0000:3b:00.0", .vf = ""});
  REQUIRE(pool);
  CHECK(pool->document.contains("<name>vfirst-a&lt;&amp;_--b-0000:3b:00.0</name>"));
  const auto vf = export_libvirt(p, facts, {.pool = "", .vf = "3b:10.0"});
  REQUIRE(vf);
  CHECK(vf->document.contains("[pf a<&/- -b]"));
  CHECK(xml_text("a\"b'c\x01\xc3") == "a&quot;b&apos;c__");
  CHECK(xml_comment("---") == "<!-- - - - -->");
}
