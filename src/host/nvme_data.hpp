// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What goes to an NVMe controller's admin queue and comes back, as bytes and numbers. nvme.hpp
// sends it.

#include "base/nvme_controllers.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst::nvme {

// Bytes of every Identify data structure.
inline constexpr std::size_t kIdentifySize = 4096;
// CDW10 of Identify, bits 7:0 (CNS): the controller itself, the primary controller's capabilities,
// its list of secondary controllers.
inline constexpr std::uint8_t kController = 0x01, kPrimary = 0x14, kSecondaries = 0x15;
// As many entries has one list of secondary controllers.
inline constexpr std::size_t kListSize = 127;

// Bits 31:16 are a controller's number: of whom, or in a list from which on.
std::uint32_t identify_word(std::uint8_t what, unsigned controller);

// Virtualization Management, bits 3:0 of CDW10 (ACT), and 10:8 (RT).
enum class Manage : std::uint8_t { offline = 0x7, assign = 0x8, online = 0x9 };
enum class Resource : std::uint8_t { queues = 0, interrupts = 1 };
std::uint32_t manage_word(Manage action, Resource kind, unsigned controller);

// Of the controller's own data alone: without what it can hand out.
NvmePrimary decode_controller(std::string_view identify);
// Adds what Identify CNS 14h says.
void decode_primary(std::string_view identify, NvmePrimary& to);
std::vector<NvmeSecondary> decode_secondaries(std::string_view identify);

// "0x120: the state of ..." for status code type and status code, as the kernel returns them from
// the ioctl; the bits above (retry, more) do not count.
std::string status_text(unsigned status);
// The errno that libnvme gives it (nvme_status_to_errno() of src/nvme/util.c).
int status_errno(unsigned status);

}  // namespace vfirst::nvme
