// SPDX-License-Identifier: GPL-2.0-or-later
// The table of a VF's settings: each key is read, overridden, cited and handed on by its own row.
#include "policy/vf_keys.hpp"
#include "host/netlink.hpp"
#include "host/rtnetlink.hpp"

#include "policy_test.hpp"
#include "unit/policy/manual.hpp"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <array>

using namespace vfirst;
using namespace vfirst::test;

namespace {

// The manual page's example of each key of [vf].
std::map<std::string, std::string> examples() {
  std::map<std::string, std::string> out;
  for (const auto& entry : manual_entries())
    if (entry.section == "vf NAME RANGE") out[entry.key] = entry.example;
  return out;
}

VfSettings settings_with(const std::string& line) {
  return accepted("[pf a]\npci = *\n[vf a 0]\n" + line + "\n").vf_ranges.at(0).vf;
}

std::vector<std::string> keys_set(const VfSettings& settings) {
  std::vector<std::string> out;
  for_each_key(settings, [&](const auto& row, const auto& setting) {
    if (setting) out.emplace_back(row.key);
  });
  return out;
}

// The keys of the attributes that are not sent, or not read, or as another.
std::vector<std::string> lost_by_netlink(const VfConfig& vf) {
  std::array<char, 4096> buffer{};
  auto* message = mnl_nlmsg_put_header(buffer.data());
  rtnetlink::put_vf(message, vf);
  const auto read = rtnetlink::read_vf(static_cast<const nlattr*>(mnl_nlmsg_get_payload(message)));
  CHECK(read.index == vf.index);
  CHECK(read.mac == vf.mac);
  std::vector<std::string> out;
  for_each_attribute([&](const auto& row) {
    if (read.*row.payload != vf.*row.payload) out.emplace_back(row.key);
  });
  return out;
}

}  // namespace

TEST_CASE("each key of a VF sets the setting of its own row and no other", "[sriov][policy]") {
  for (const auto& [key, line] : examples()) {
    INFO(line);
    CHECK(keys_set(settings_with(line)) == std::vector{key});
  }
}

TEST_CASE("each key of a VF overrides the PF's and leaves the others", "[sriov][policy]") {
  // each one in another line than in a section of its own
  std::string all = "; the others\n";
  for (const auto& [key, line] : examples())
    all += line + "\n";
  const auto later = settings_with(all);
  for (const auto& [key, line] : examples()) {
    INFO(line);
    auto settings = settings_with(line);
    override_with(settings, later);
    CHECK(settings == later);
    settings = later;
    override_with(settings, settings_with(line));
    CHECK(keys_set(settings) == keys_set(later));
    for_each_key(settings, [&, name = std::string_view(key)](const auto& row, const auto& setting) {
      CHECK((setting == later.*row.setting) == (row.key != name));
    });
  }
}

TEST_CASE(
    "a setting of a VF reaches the payload of its step, its text and its line",
    "[sriov][policy][steps]") {
  for (const auto& [key, line] : examples()) {
    INFO(line);
    const auto settings = settings_with(line);
    const bool attribute = attributes_of(settings) != VfAttributes();
    const bool coalescing = coalescing_of(settings) != Coalescing();
    const bool address = key == "mac" || key == "guid";
    const bool placement = key == "driver" || key == "migration" || address || key == "queues";
    CHECK(attribute + coalescing + placement == 1);
    CHECK((origin_of_attributes(settings) != Origin{}) == (attribute || address));
    CHECK((origin_of_coalescing(settings) != nullptr) == coalescing);
    CHECK(text_of(attributes_of(settings)).empty() != attribute);
    CHECK(text_of(coalescing_of(settings)).empty() != coalescing);
    if (attribute || address) CHECK(origin_of_attributes(settings).line == 4);
    if (const auto* from = origin_of_coalescing(settings)) CHECK(from->line == 4);
  }
}

TEST_CASE(
    "a description has a VF's attributes in the table's order, with their units",
    "[sriov][policy]") {
  const auto settings = settings_with(
      "max-rate = 100\nvlan = 5\ntrust = on\nvlan-protocol = 802.1ad\nlink-state = enable");
  CHECK(
      text_of(attributes_of(settings)) ==
      "trust on vlan 5 proto 802.1ad state enable max-rate 100 Mbit/s");
  CHECK(text_of(Coalescing{.adaptive_rx = false, .rx_usecs = 3}) == "adaptive-rx off rx-usecs 3");
}

TEST_CASE(
    "each attribute of a VF is sent to the kernel, and read from its answer",
    "[sriov][policy][network]") {
  std::string all;
  for (const auto& [key, line] : examples())
    all += line + "\n";
  VfConfig vf;
  vf.index = 3;
  vf.mac = *MacAddress::parse("02:00:00:00:00:05");
  static_cast<VfAttributes&>(vf) = attributes_of(settings_with(all));
  const std::vector<std::string> none;
  REQUIRE(lost_by_netlink(vf) == none);
  for_each_attribute([&](const auto& row) {
    INFO(row.key);
    REQUIRE(vf.*row.payload);
    auto other = vf;
    auto& value = *(other.*row.payload);
    if constexpr (std::is_same_v<decltype(row.parse("")), Result<bool>>)
      value = !value;
    else if constexpr (std::is_same_v<decltype(row.parse("")), Result<unsigned>>)
      ++value;
    CHECK(lost_by_netlink(other) == none);
  });
}

TEST_CASE("a VF's two GUIDs are sent apart, and read as one", "[sriov][policy][network]") {
  VfConfig vf;
  vf.index = 5;
  vf.guid = Guid{0x0211223344556677};
  std::array<char, 4096> buffer{};
  auto* message = mnl_nlmsg_put_header(buffer.data());
  rtnetlink::put_vf(message, vf);
  // The kernel takes the first GUID of an IFLA_VF_INFO and leaves the rest.
  std::vector<int> sent;
  for_each_attribute(message, 0, [&](const nlattr* nest) {
    CHECK(mnl_attr_get_type(nest) == IFLA_VF_INFO);
    for_each_attribute(nest, [&](const nlattr* attribute) {
      sent.push_back(mnl_attr_get_type(attribute));
      REQUIRE(mnl_attr_get_payload_len(attribute) == sizeof(ifla_vf_guid));
      const auto* value = static_cast<const ifla_vf_guid*>(mnl_attr_get_payload(attribute));
      CHECK(value->vf == 5);
      CHECK(value->guid == 0x0211223344556677);
    });
  });
  CHECK(sent == std::vector<int>{IFLA_VF_IB_NODE_GUID, IFLA_VF_IB_PORT_GUID});

  const auto answer = [](std::uint64_t node, std::uint64_t port) {
    std::array<char, 256> bytes{};
    auto* head = mnl_nlmsg_put_header(bytes.data());
    auto* info = mnl_attr_nest_start(head, IFLA_VF_INFO);
    const ifla_vf_guid first{5, node}, second{5, port};
    mnl_attr_put(head, IFLA_VF_IB_NODE_GUID, sizeof first, &first);
    mnl_attr_put(head, IFLA_VF_IB_PORT_GUID, sizeof second, &second);
    mnl_attr_nest_end(head, info);
    return rtnetlink::read_vf(info).guid;
  };
  CHECK(answer(7, 7) == Guid{7});
  CHECK(answer(7, 0) == Guid{});
  CHECK(answer(0, 0) == Guid{});
}

TEST_CASE("a VF's GUID is a rule or a GUID that can be", "[sriov][policy]") {
  CHECK(settings_with("guid = stable").guid->value.kind == GuidRule::Kind::stable);
  CHECK(
      settings_with("guid = 02:11:22:33:44:55:66:77").guid->value ==
      GuidRule{GuidRule::Kind::first, {0x0211223344556677}});
  const auto why = [](std::string_view text) { return value::guid_rule(text).error().what; };
  CHECK(why("auto") == "'auto' is not stable or a GUID (eight bytes with colons)");
  CHECK(
      why("00:00:00:00:00:00:00:00") ==
      "00:00:00:00:00:00:00:00 is the GUID of a VF that has none");
}
