// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a NUMA node can give away as hugepages, and what it cannot, by reason.

#include <cstdint>
#include <string>

namespace vfirst {

inline constexpr std::uint64_t kGigabyteKb = 1 << 20;

// The kernel's image goes to any frame (KASLR), so a plan does not count on the last ones. Seen in
// QEMU: a single node of 4G gave 0 of 2 pages.
inline constexpr std::uint64_t kFramesAtRisk = 2;

// In KiB. `total` is the node's memory in whole 256 MiB: what the kernel itself takes differs by
// some megabytes from one boot to the next, and should not move a page.
struct NodeBudget {
  unsigned node = 0;
  std::uint64_t total = 0, host_reserve = 0, crashkernel = 0, page_structs = 0, drivers = 0;
  // What other arguments set aside, and these: "swiotlb=262144 cma=1G".
  std::uint64_t set_aside = 0;
  std::string set_aside_by;
  // An upper bound in pages by the memory blocks, and how many GiB of them may be lost
  // (lost_frames, and at least kFramesAtRisk).
  std::uint64_t frames = 0, frames_lost = 0;
  bool frames_known = false;

  // Never below 0.
  std::uint64_t free_kb() const;
  // Whole pages that fit, at most.
  std::uint64_t pages(std::uint64_t size_kb) const;
  // Pages that can be reserved at every boot.
  std::uint64_t sure_pages(std::uint64_t size_kb) const;
  // "32G - 4G host-reserve - 512M page structs = 27.5G: 27 pages".
  std::string sum(std::uint64_t size_kb) const;
};

}  // namespace vfirst
