// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The values of policy keys: how each is read from text and written back. A refusal names the value
// and the limit. The caller puts file, line and key before it.

#include "policy/policy.hpp"

#include <limits>
#include <string>
#include <string_view>

namespace vfirst::value {

Result<bool> yes_no(std::string_view);
Result<unsigned> number_in(std::string_view, unsigned least, unsigned most);
template <unsigned least, unsigned most>
Result<unsigned> number(std::string_view text) {
  return number_in(text, least, most);
}
// Vendor and device: four hexadecimal digits.
Result<std::uint16_t> id16(std::string_view);

// The kernel's CPU list grammar, kept as written.
Result<std::string> cpus(std::string_view);
// Kernel arguments that check_extra() takes.
Result<std::string> words(std::string_view);
Result<std::string> glob(std::string_view);
// "3b:00.0" becomes "0000:3b:00.0".
Result<std::string> pci_glob(std::string_view);
Result<std::string> subsystem(std::string_view);
Result<std::string> eswitch(std::string_view);
Result<std::string> mitigations(std::string_view);
Result<MacAddress> mac(std::string_view);

// What kernels have, on one architecture or another; which of them depends on the machine.
inline constexpr ByteSize kHugepageSizes[] = {ByteSize::kib(64), ByteSize::mib(2),
                                              ByteSize::mib(32), ByteSize::mib(512),
                                              ByteSize::gib(1),  ByteSize::gib(16)};
Result<ByteSize> hugepage_size(std::string_view);
Result<Isolation> isolation(std::string_view);
Result<Frequency> frequency(std::string_view);
Result<ByteSize> size(std::string_view);
Result<PageRequest> pages(std::string_view);
Result<IommuMode> iommu_mode(std::string_view);
Result<std::optional<unsigned>> cstate(std::string_view);
Result<VfDriver> vf_driver(std::string_view);
Result<MigrationWish> migration_wish(std::string_view);
Result<MacRule> mac_rule(std::string_view);
Result<GuidRule> guid_rule(std::string_view);
Result<VfCount> vf_count(std::string_view);
Result<VlanProtocol> vlan_protocol(std::string_view);
Result<LinkState> link_state(std::string_view);
Result<IrqRule> irq_rule(std::string_view);
Result<Reboot> reboot(std::string_view);
Result<Role> role(std::string_view);
Result<BroughtSources> brought(std::string_view);

std::string print(bool);
std::string print(unsigned);
std::string print(std::uint16_t);
std::string print(const std::string&);
std::string print(const ByteSize&);
std::string print(const MacAddress&);
std::string print(const PageRequest&);
std::string print(IommuMode);
std::string print(Isolation);
std::string print(Frequency);
std::string print(const std::optional<unsigned>&);
std::string print(const VfDriver&);
std::string print(MigrationWish);
std::string print(const MacRule&);
std::string print(const GuidRule&);
std::string print(const VfCount&);
std::string print(VlanProtocol);
std::string print(LinkState);
std::string print(const IrqRule&);
std::string print(Reboot);
std::string print(Role);
std::string print(const BroughtSources&);

}  // namespace vfirst::value
