// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a NUMA node can give away as hugepages, and what it cannot, by reason.

#include <cstdint>
#include <string>

namespace vfirst {

inline constexpr std::uint64_t kGigabyteKb = 1 << 20;

// In KiB. `total` is the node's memory in whole 256 MiB: what the kernel itself takes differs by
// some megabytes from one boot to the next, and should not move a page.
struct NodeBudget {
  unsigned node = 0;
  std::uint64_t total = 0, host_reserve = 0, crashkernel = 0, page_structs = 0, drivers = 0;
  // an upper bound in pages by the memory blocks; 0: unknown
  std::uint64_t frames = 0;
  bool frames_known = false;
  // Frames that are whole by the memory blocks and broken once the kernel is up: its page structs
  // and early allocations go to the top of each node, its image (KASLR) and the initramfs to any.
  // Seen in QEMU: a node of 4G gave 0 of 2 pages.
  static constexpr std::uint64_t kBrokenFrames = 2;

  // never below 0
  std::uint64_t free_kb() const;
  // whole pages that fit, at most
  std::uint64_t pages(std::uint64_t size_kb) const;
  // that are there on every boot
  std::uint64_t sure_pages(std::uint64_t size_kb) const;
  // "32G - 4G host-reserve - 512M page structs = 27.5G: 27 pages"
  std::string sum(std::uint64_t size_kb) const;
};

}  // namespace vfirst
