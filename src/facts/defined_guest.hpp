// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A guest as its own file defines it, whether it runs or not.

#include <cstdint>
#include <optional>
#include <string>

namespace vfirst {

// A virtual machine that is defined here, by libvirt's or Proxmox's own file.
struct DefinedGuest {
  std::string name;
  // Below the root: "etc/libvirt/qemu/web.xml".
  std::string file;
  std::uint64_t memory_kb = 0;
  // The size of the hugepages that it asks for: 0 for the default size, absent: it has no
  // hugepages.
  std::optional<std::uint64_t> page_kb;
  bool autostart = false;
  bool operator==(const DefinedGuest&) const = default;
};

}  // namespace vfirst
