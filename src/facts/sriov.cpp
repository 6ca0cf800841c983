// SPDX-License-Identifier: GPL-2.0-or-later
// ABI/testing/sysfs-bus-pci (sriov_*), PCIe base specification 9.3.3.
#include "facts/sriov.hpp"

#include "base/text.hpp"

namespace vfirst::facts {

namespace {

// IORESOURCE_UNSET: sized, but no address found.
constexpr std::uint64_t kUnset = 0x20000000;

unsigned small(const Root& root, const std::string& path, unsigned otherwise, int base = 10) {
  const auto value = root.number(path, base);
  return value && *value <= 0xffff ? static_cast<unsigned>(*value) : otherwise;
}

// Lines 7 to 12 of `resource` (after six BARs and the ROM) are the VF BARs, each as large as all
// VFs together.
void read_bars(const Root& root, const std::string& dir, unsigned hardware_vfs, Sriov& sriov) {
  const auto text = root.read(dir + "/resource");
  if (!text || hardware_vfs == 0) return;
  const auto lines = split(*text, '\n');
  // A kernel without CONFIG_PCI_IOV shows none.
  if (lines.size() < 13) return;
  bool assigned = true;
  for (std::size_t i = 7; i < 13; ++i) {
    const auto parts = words(lines[i]);
    if (parts.size() < 3) continue;
    const auto start = parse_number(parts[0], 16), end = parse_number(parts[1], 16),
               flags = parse_number(parts[2], 16);
    if (!start || !end || !flags || *end == 0 || *end < *start) continue;
    sriov.vf_bar_bytes.push_back((*end - *start + 1) / hardware_vfs);
    if (*start == 0 || *flags & kUnset) assigned = false;
  }
  // The kernel clears a VF BAR for which it found no room; every SR-IOV device has at least one.
  if (sriov.vf_bar_bytes.empty()) assigned = false;
  sriov.bars_assigned = assigned;
}

}  // namespace

std::optional<Sriov> read_sriov(
    const Root& root, const std::string& dir, std::optional<std::uint64_t> total_vfs,
    const PciCapabilities& config) {
  // Without the file but with the capability, the kernel or its firmware has switched SR-IOV off:
  // nothing can be made.
  if (!total_vfs || *total_vfs > 0xffff) return std::nullopt;
  const auto& capability = config.sriov;
  Sriov sriov;
  // The driver may have lowered it below the hardware's.
  sriov.total_vfs = static_cast<unsigned>(*total_vfs);
  sriov.offset = small(root, dir + "/sriov_offset", capability ? capability->offset : 0);
  sriov.stride = small(root, dir + "/sriov_stride", capability ? capability->stride : 0);
  sriov.vf_device = static_cast<std::uint16_t>(
      small(root, dir + "/sriov_vf_device", capability ? capability->vf_device : 0, 16));
  if (const auto probe = root.number(dir + "/sriov_drivers_autoprobe"))
    sriov.autoprobe = *probe != 0;
  // Counted by their links: reading sriov_numvfs waits for whoever is making or removing VFs,
  // seconds at times, or for a driver that is still probing: two minutes where it waits for
  // firmware.
  while (const auto name = root.link_name(fmt::format("{}/virtfn{}", dir, sriov.vfs.size()))) {
    const auto address = PciAddress::parse(*name);
    if (!address) break;
    sriov.vfs.push_back(*address);
  }
  sriov.num_vfs = sriov.vfs.empty() && !root.is_host() ? small(root, dir + "/sriov_numvfs", 0)
                                                       : static_cast<unsigned>(sriov.vfs.size());
  const auto hardware_vfs =
      capability && capability->total_vfs ? capability->total_vfs : sriov.total_vfs;
  read_bars(root, dir, hardware_vfs, sriov);
  return sriov;
}

}  // namespace vfirst::facts
