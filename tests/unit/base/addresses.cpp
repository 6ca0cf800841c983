// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/guid.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/pci_address.hpp"
#include "base/port_name.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

namespace vfirst {

TEST_CASE("a PCI address has one spelling, the domain may be left out", "[values]") {
  CHECK(PciAddress::parse("0000:3b:00.1") == PciAddress{0, 0x3b, 0, 1});
  CHECK(PciAddress::parse("3b:1f.7")->str() == "0000:3b:1f.7");
  // a VMD domain has five digits
  CHECK(PciAddress::parse("10000:E1:00.0")->str() == "10000:e1:00.0");
  CHECK(PciAddress::parse("ffffffff:ff:1f.7")->domain == 0xffffffff);
}

TEST_CASE("what is no PCI address is refused", "[values]") {
  for (auto text :
       {"",
        ":",
        "3b",
        "3b:00",
        "0000:3b:00",
        "0000:3b:00.8",
        "0000:3b:20.0",
        "000:3b:00.0",
        "0000:3b:0.0",
        "0000:3b:00.00",
        "0000:3b:00.",
        "0000:3b:00.x",
        "0x00:3b:00.0",
        "0000:0x:00.0",
        "0000:3b:00.1 ",
        " 0000:3b:00.1",
        "100000000:3b:00.0",
        "0:0000:3b:00.0",
        "+000:3b:00.0",
        "00-1:3b:00.0"}) {
    INFO(text);
    CHECK_FALSE(PciAddress::parse(text));
  }
}

TEST_CASE(
    "a VF lies at offset plus stride times index, over the end of a bus too", "[values][sriov]") {
  const PciAddress pf{0, 0x3b, 0, 0};
  CHECK(pf.vf(0, 8, 1)->str() == "0000:3b:01.0");
  // igb: offset 128, stride 2
  CHECK(pf.vf(7, 128, 2)->str() == "0000:3b:11.6");
  CHECK(pf.vf(63, 256, 8)->str() == "0000:3d:1f.0");
  CHECK(PciAddress{1, 0xff, 0x1f, 6}.vf(0, 1, 1)->str() == "0001:ff:1f.7");
  CHECK(
      PciAddress{0, 0xff, 0x1f, 6}.vf(1, 1, 1).error().what ==
      "0000:ff:1f.6: VF 1 would lie beyond bus ff (offset 1, stride 1)");
}

TEST_CASE("a MAC address has one spelling", "[values][network]") {
  CHECK(MacAddress::parse("52:54:00:AB:cd:01")->str() == "52:54:00:ab:cd:01");
  for (auto text :
       {"", "52:54:00:12:34", "52:54:00:12:34:56:78", "52-54-00-12-34-56", "5:54:00:12:34:56",
        "52:54:00:12:34:5g", "52:54:00:12:34:0x", "52:54:00:12:34:+5", " 52:54:00:12:34:56"}) {
    INFO(text);
    CHECK_FALSE(MacAddress::parse(text));
  }
}

TEST_CASE("counting on stays within the last three bytes", "[values]") {
  const auto mac = *MacAddress::parse("52:54:00:00:00:fe");
  CHECK(mac.plus(0)->str() == "52:54:00:00:00:fe");
  CHECK(mac.plus(3)->str() == "52:54:00:00:01:01");
  CHECK(MacAddress::parse("52:54:00:ff:ff:fe")->plus(1)->str() == "52:54:00:ff:ff:ff");
  CHECK_FALSE(MacAddress::parse("52:54:00:ff:ff:fe")->plus(2));
  CHECK_FALSE(mac.plus(4294967295u));
}

TEST_CASE(
    "a stable VF address is unicast, local and a function of PF and index alone",
    "[values][sriov]") {
  const auto pf = *MacAddress::parse("52:54:00:12:34:56");
  CHECK(pf.stable_vf(3) == pf.stable_vf(3));
  CHECK(pf.stable_vf(3) != pf.stable_vf(4));
  CHECK(pf.stable_vf(3) != pf.plus(1)->stable_vf(3));
  CHECK(pf.stable_vf(3) != pf.plus(1)->stable_vf(2));
  for (unsigned i = 0; i < 256; ++i) {
    CHECK(pf.stable_vf(i).is_unicast());
    CHECK(pf.stable_vf(i).is_local());
  }
}

// Guests know their NIC by it: another value after an update would rename it.
TEST_CASE("a stable VF address never changes between versions", "[values][sriov]") {
  CHECK(MacAddress::parse("52:54:00:12:34:56")->stable_vf(0).str() == "b2:2b:28:7f:49:a6");
  CHECK(MacAddress::parse("b4:96:91:a0:00:10")->stable_vf(300).str() == "2e:d0:01:cc:03:b0");
}

TEST_CASE(
    "a fleet of 4096 neighbouring PFs with 64 VFs each has no two stable addresses alike",
    "[values][sriov][fleet]") {
  const auto first = *MacAddress::parse("b4:96:91:a0:00:00");
  std::set<MacAddress> seen;
  for (unsigned pf = 0; pf < 4096; ++pf)
    for (unsigned vf = 0; vf < 64; ++vf)
      seen.insert(first.plus(pf)->stable_vf(vf));
  CHECK(seen.size() == 4096u * 64);
}

TEST_CASE("IP addresses in the spellings of mounts, routes and command lines", "[values]") {
  const auto text = [](std::string_view from) {
    const auto address = IpAddress::parse(from);
    return address ? address->str() : "none";
  };
  CHECK(text("10.9.0.1") == "10.9.0.1");
  CHECK(text("[fd00::1]") == "fd00:0:0:0:0:0:0:1");
  CHECK(text("fe80::1%eth0") == "fe80:0:0:0:0:0:0:1");
  CHECK(text("::") == "0:0:0:0:0:0:0:0");
  CHECK(text("1:2:3:4:5:6:7:8") == "1:2:3:4:5:6:7:8");
  CHECK(text("::ffff:10.9.0.1") == "0:0:0:0:0:ffff:a09:1");
  for (const auto* bad :
       {"", "filer", "10.9.0", "10.9.0.256", "10.9.0.1.2", "1:2:3", "1::2::3", "12345::1",
        "1:2:3:4:5:6:7:8:9", "::g", "10.9.0.0001", "dhcp", "a:b"}) {
    INFO(bad);
    CHECK(text(bad) == "none");
  }
  CHECK(parse_endpoint("10.9.0.1:4420")->str() == "10.9.0.1");
  CHECK(parse_endpoint("[fd00::1]:4420") == IpAddress::parse("fd00::1"));
  CHECK(parse_endpoint("fd00::1") == IpAddress::parse("fd00::1"));
  CHECK_FALSE(parse_endpoint("["));
  const auto net = *IpAddress::parse("10.8.0.0");
  CHECK(net.shares_prefix(*IpAddress::parse("10.15.1.1"), 13));
  CHECK_FALSE(net.shares_prefix(*IpAddress::parse("10.16.1.1"), 13));
  CHECK(net.shares_prefix(*IpAddress::parse("192.0.2.1"), 0));
  CHECK_FALSE(net.shares_prefix(*IpAddress::parse("fd00::1"), 0));
  CHECK_FALSE(net.shares_prefix(net, 33));
}

TEST_CASE("a port's name says whether it stands for another function", "[values][network]") {
  for (const auto* name : {"pf0", "pf1vf3", "pf0sf88", "c1pf0", "c1pf0vf3", "c12pf0sf4000"}) {
    INFO(name);
    CHECK(is_representor_name(name));
  }
  for (const auto* name :
       {"", "p0", "p1", "p0s1", "n0", "l1p2", "pf", "c1", "cpf0", "pf0vf", "pf0x1", "pf0vf3x",
        "port0", "pfx"}) {
    INFO(name);
    CHECK_FALSE(is_representor_name(name));
  }
}

TEST_CASE("a GUID is read in the kernel's two spellings and in no other", "[network]") {
  const auto guid = Guid::parse("5C:25:73:03:00:bf:a3:20");
  REQUIRE(guid);
  CHECK(guid->value == 0x5c25730300bfa320);
  CHECK(guid->str() == "5c:25:73:03:00:bf:a3:20");
  REQUIRE(Guid::parse_words("5c25:7303:00bf:a320"));
  CHECK(*Guid::parse_words("5c25:7303:00bf:a320") == *guid);
  for (const auto* text :
       {"", "5c:25:73:03:00:bf:a3", "5c:25:73:03:00:bf:a3:20:21", "5c:25:73:03:00:bf:a3:2",
        "5c:25:73:03:00:bf:a3:2g", "5c25:7303:00bf:a320", "5c257303 00bfa320"}) {
    INFO(text);
    CHECK_FALSE(Guid::parse(text));
  }
  CHECK_FALSE(Guid::parse_words("5c:25:73:03:00:bf:a3:20"));
  CHECK(Guid::parse("x").error().what == "'x' is not a GUID");
}

TEST_CASE("GUIDs count up in their maker's five bytes and not beyond", "[network]") {
  CHECK(Guid::parse("00:11:22:00:00:00:00:ff")->plus(1)->str() == "00:11:22:00:00:00:01:00");
  CHECK(Guid::parse("00:11:22:ff:ff:ff:ff:fe")->plus(1)->str() == "00:11:22:ff:ff:ff:ff:ff");
  CHECK(
      Guid::parse("00:11:22:ff:ff:ff:ff:fe")->plus(2).error().what ==
      "00:11:22:ff:ff:ff:ff:fe + 2 runs over the last five bytes");
}

TEST_CASE("a stable GUID is of one VF of one PF, local and no group's", "[network]") {
  const auto pf = *Guid::parse("5c:25:73:03:00:bf:a3:20");
  std::set<std::uint64_t> seen;
  for (unsigned port = 0; port < 4; ++port)
    for (unsigned vf = 0; vf < 1000; ++vf) {
      const auto guid = pf.plus(port)->stable_vf(vf);
      CHECK(guid.is_local());
      CHECK_FALSE(guid.is_group());
      seen.insert(guid.value);
    }
  CHECK(seen.size() == 4000);
  // Guests and the subnet manager know them: they stay what they are.
  CHECK(pf.stable_vf(0).str() == "fa:a8:55:c1:ba:9d:e4:72");
  CHECK(pf.stable_vf(300).str() == "32:c0:95:e8:a0:6c:54:ee");
}

}  // namespace vfirst
