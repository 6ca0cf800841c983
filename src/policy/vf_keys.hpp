// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The table of a VF's settings, and of the coalescing keys that a PF's own port has as well.
// Reading, printing, overriding, the line that a step cites, the payload of a step, its
// description, completion and the manual page's syntax lines all come from these rows.

#include "base/fields.hpp"
#include "policy/values.hpp"

#include <tuple>

namespace vfirst {

// The kernel takes these settings only together, so what is not asked for is sent as it is.
enum class SentWith { nothing, vlan, rate };

struct NoPayload {};

// T: the value. Owner: the part of the policy's struct that has the setting.
template <class T, class Owner, class Payload>
struct SettingRow {
  using Value = T;
  // The key in [vf]; "vf-" stands before it in [pf].
  std::string_view key;
  std::string_view syntax;
  // One line.
  std::string_view help;
  Result<T> (*parse)(std::string_view);
  Maybe<T> Owner::* setting;
  // The same setting in the payload of a step.
  Payload payload{};
  SentWith sent_with = SentWith::nothing;
  // What a description calls it, where that is not `key`.
  std::string_view label{};
  std::string_view unit{};

  static constexpr bool is_attribute = std::is_same_v<Owner, VfAttributesOf<Maybe>>;
};
template <class T>
using PlacementRow = SettingRow<T, VfPlacementOf<Maybe>, NoPayload>;
template <class T>
using AttributeRow = SettingRow<T, VfAttributesOf<Maybe>, std::optional<T> VfAttributes::*>;
template <class T>
using CoalescingRow = SettingRow<T, CoalescingOf<Maybe>, std::optional<T> Coalescing::*>;

inline constexpr std::tuple kCoalescingKeys{
    CoalescingRow<bool>{
        .key = "adaptive-rx",
        .syntax = "on | off",
        .help = "adaptive receive coalescing",
        .parse = value::yes_no,
        .setting = &CoalescingOf<Maybe>::adaptive_rx,
        .payload = &Coalescing::adaptive_rx},
    CoalescingRow<bool>{
        .key = "adaptive-tx",
        .syntax = "on | off",
        .help = "adaptive transmit coalescing",
        .parse = value::yes_no,
        .setting = &CoalescingOf<Maybe>::adaptive_tx,
        .payload = &Coalescing::adaptive_tx},
    CoalescingRow<unsigned>{
        .key = "rx-usecs",
        .syntax = "0..65535",
        .help = "receive interrupt coalescing, microseconds",
        .parse = value::number<0, 65535>,
        .setting = &CoalescingOf<Maybe>::rx_usecs,
        .payload = &Coalescing::rx_usecs},
    CoalescingRow<unsigned>{
        .key = "tx-usecs",
        .syntax = "0..65535",
        .help = "transmit interrupt coalescing, microseconds",
        .parse = value::number<0, 65535>,
        .setting = &CoalescingOf<Maybe>::tx_usecs,
        .payload = &Coalescing::tx_usecs},
};

inline constexpr auto kVfKeys = std::tuple_cat(
    std::tuple{
        PlacementRow<VfDriver>{
            .key = "driver",
            .syntax = "vfio | vfio-pci | keep | none | DRIVER",
            .help = "driver of the VFs; vfio: the best vfio driver that the kernel has for them",
            .parse = value::vf_driver,
            .setting = &VfPlacementOf<Maybe>::driver},
        PlacementRow<MigrationWish>{
            .key = "migration",
            .syntax = "required | wanted",
            .help = "whether guests must be able to move live with their VFs",
            .parse = value::migration_wish,
            .setting = &VfPlacementOf<Maybe>::migration},
        PlacementRow<MacRule>{
            .key = "mac",
            .syntax = "stable | auto | MAC",
            .help = "stable: derived from the PF's permanent MAC and the index; or the first VF's "
                    "address, from which the others count up",
            .parse = value::mac_rule,
            .setting = &VfPlacementOf<Maybe>::mac},
        PlacementRow<GuidRule>{
            .key = "guid",
            .syntax = "stable | GUID",
            .help = "node and port GUID of an InfiniBand port's VFs: derived from the PF's node "
                    "GUID and the index, or the first VF's, from which the others count up",
            .parse = value::guid_rule,
            .setting = &VfPlacementOf<Maybe>::guid},
        AttributeRow<bool>{
            .key = "trust",
            .syntax = "on | off",
            .help = "whether the guest may change its MAC and become promiscuous",
            .parse = value::yes_no,
            .setting = &VfAttributesOf<Maybe>::trust,
            .payload = &VfAttributes::trust},
        AttributeRow<bool>{
            .key = "spoofcheck",
            .syntax = "on | off",
            .help = "drop frames that have another source address",
            .parse = value::yes_no,
            .setting = &VfAttributesOf<Maybe>::spoofcheck,
            .payload = &VfAttributes::spoofcheck},
        PlacementRow<unsigned>{
            .key = "queues",
            .syntax = "1..2048",
            .help = "MSI-X vectors or queues of a VF, where the device can set them",
            .parse = value::number<1, 2048>,
            .setting = &VfPlacementOf<Maybe>::queues},
        AttributeRow<unsigned>{
            .key = "vlan",
            .syntax = "0..4094",
            .help = "VLAN of the VF's port; 0: none",
            .parse = value::number<0, 4094>,
            .setting = &VfAttributesOf<Maybe>::vlan,
            .payload = &VfAttributes::vlan,
            .sent_with = SentWith::vlan},
        AttributeRow<unsigned>{
            .key = "qos",
            .syntax = "0..7",
            .help = "priority of the VLAN",
            .parse = value::number<0, 7>,
            .setting = &VfAttributesOf<Maybe>::qos,
            .payload = &VfAttributes::qos,
            .sent_with = SentWith::vlan},
        AttributeRow<VlanProtocol>{
            .key = "vlan-protocol",
            .syntax = "802.1Q | 802.1ad",
            .help = "tag of the VLAN",
            .parse = value::vlan_protocol,
            .setting = &VfAttributesOf<Maybe>::vlan_protocol,
            .payload = &VfAttributes::vlan_protocol,
            .sent_with = SentWith::vlan,
            .label = "proto"},
        AttributeRow<LinkState>{
            .key = "link-state",
            .syntax = "auto | enable | disable",
            .help = "link that the VF sees",
            .parse = value::link_state,
            .setting = &VfAttributesOf<Maybe>::link_state,
            .payload = &VfAttributes::link_state,
            .label = "state"},
        AttributeRow<unsigned>{
            .key = "min-rate",
            .syntax = "0..4000000",
            .help = "guaranteed Mbit/s; 0: none",
            .parse = value::number<0, 4000000>,
            .setting = &VfAttributesOf<Maybe>::min_rate_mbps,
            .payload = &VfAttributes::min_rate_mbps,
            .sent_with = SentWith::rate,
            .unit = " Mbit/s"},
        AttributeRow<unsigned>{
            .key = "max-rate",
            .syntax = "0..4000000",
            .help = "limit in Mbit/s; 0: none",
            .parse = value::number<0, 4000000>,
            .setting = &VfAttributesOf<Maybe>::max_rate_mbps,
            .payload = &VfAttributes::max_rate_mbps,
            .sent_with = SentWith::rate,
            .unit = " Mbit/s"},
    },
    kCoalescingKeys);

static_assert(
    std::tuple_size_v<decltype(kCoalescingKeys)> == kFieldCount<CoalescingOf>,
    "a field of CoalescingOf has no row in kCoalescingKeys");
static_assert(
    std::tuple_size_v<decltype(kVfKeys)> ==
        kFieldCount<VfPlacementOf> + kFieldCount<VfAttributesOf> + kFieldCount<CoalescingOf>,
    "a field of VfPlacementOf or VfAttributesOf has no row in kVfKeys");

// each(row) for every key, in the order of the manual page.
template <class Each>
constexpr void for_each_vf_key(Each&& each) {
  std::apply([&](const auto&... row) { (each(row), ...); }, kVfKeys);
}
// each(row, setting) for every key of `settings`.
template <class Settings, class Each>
constexpr void for_each_key(Settings& settings, Each&& each) {
  for_each_vf_key([&](const auto& row) { each(row, settings.*row.setting); });
}
// each(row) for the rows of VfAttributes.
template <class Each>
constexpr void for_each_attribute(Each&& each) {
  for_each_vf_key([&](const auto& row) {
    if constexpr (std::remove_cvref_t<decltype(row)>::is_attribute) each(row);
  });
}
template <class Each>
constexpr void for_each_coalescing(Each&& each) {
  std::apply([&](const auto&... row) { (each(row), ...); }, kCoalescingKeys);
}

// What `later` says wins.
void override_with(VfSettings& settings, const VfSettings& later);

VfAttributes attributes_of(const VfSettings&);
Coalescing coalescing_of(const CoalescingOf<Maybe>&);

// The line that stands first of those that ask for an attribute, a MAC address or a GUID; Origin{}
// where none does.
Origin origin_of_attributes(const VfSettings&);
// The line of the first one that is set, in the table's order; nullptr where none is.
const Origin* origin_of_coalescing(const CoalescingOf<Maybe>&);

// "trust off vlan 100"; "" where nothing is set.
std::string text_of(const VfAttributes&);
// "adaptive-rx off rx-usecs 3".
std::string text_of(const Coalescing&);

}  // namespace vfirst
