// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses and sizes that are read print as what reads back as the same.
#include "fuzz/property.hpp"

#include "base/byte_size.hpp"
#include "base/mac_address.hpp"
#include "base/pci_address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vfirst;
  const auto text = fuzz_text(data, size);
  if (const auto pci = PciAddress::parse(text)) {
    must(PciAddress::parse(pci->str()) == *pci);
    if (const auto vf = pci->vf(3, 8, 2))
      must(vf->routing_id() == pci->routing_id() + 14 && vf->domain == pci->domain);
  }
  if (const auto mac = MacAddress::parse(text)) {
    must(MacAddress::parse(mac->str()) == *mac);
    must(mac->stable_vf(1).is_unicast() && mac->stable_vf(1).is_local());
  }
  if (const auto bytes = ByteSize::parse(text)) must(ByteSize::parse(bytes->str()) == *bytes);
  return 0;
}
