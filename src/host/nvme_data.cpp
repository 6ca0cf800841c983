// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/nvme_data.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cerrno>

namespace vfirst::nvme {

namespace {

// Little endian; 0 behind the end.
unsigned number_at(std::string_view data, std::size_t offset, std::size_t bytes) {
  unsigned out = 0;
  for (std::size_t i = bytes; i-- > 0;)
    out = out << 8 | (offset + i < data.size() ? static_cast<unsigned char>(data[offset + i]) : 0U);
  return out;
}

// struct nvme_primary_ctrl_cap: queues from byte 32 on, interrupts from byte 64 on, each laid out
// as frt (4 bytes), rfa (4), rfap, prt, frsm, gran (2 each).
FlexibleResources resources_at(std::string_view data, std::size_t offset) {
  return {
      .total = std::min(number_at(data, offset, 4), 0xffffU),
      .primary = number_at(data, offset + 8, 2),
      .most = number_at(data, offset + 12, 2),
      .step = number_at(data, offset + 14, 2)};
}

struct StatusRow {
  unsigned status;
  int error;
  std::string_view meaning;
};
// enum nvme_status_field of libnvme's src/nvme/types.h. What QEMU means by the last four:
// nvme_assign_virt_res_to_sec() and nvme_virt_set_state() of its hw/nvme/ctrl.c.
constexpr auto kStatuses = std::to_array<StatusRow>({
    {0x001, EOPNOTSUPP, "it does not know this command"},
    {0x002, EINVAL, "it refuses a field of this command"},
    {0x006, EIO, "it has an internal error"},
    {0x015, EPERM, "it denies this command"},
    {0x11f, EINVAL, "it has no such secondary controller, or no VF for it"},
    {0x120, EINVAL,
     "the state of the secondary controller, or of its primary controller, does not allow it"},
    {0x121, EINVAL, "it gives no secondary controller this number"},
    {0x122, EINVAL, "it has not as many left"},
});

const StatusRow* row_of(unsigned status) {
  const auto row = std::ranges::find(kStatuses, status & 0x7ff, &StatusRow::status);
  return row == kStatuses.end() ? nullptr : &*row;
}

}  // namespace

std::uint32_t identify_word(std::uint8_t what, unsigned controller) {
  return (controller & 0xffff) << 16 | what;
}

std::uint32_t manage_word(Manage action, Resource kind, unsigned controller) {
  return (controller & 0xffff) << 16 | static_cast<std::uint32_t>(kind) << 8 |
         static_cast<std::uint32_t>(action);
}

NvmePrimary decode_controller(std::string_view identify) {
  // struct nvme_id_ctrl: cntlid at byte 78, oacs at byte 256.
  return {.id = number_at(identify, 78, 2), .manages = (number_at(identify, 256, 2) & 0x80) != 0};
}

void decode_primary(std::string_view identify, NvmePrimary& to) {
  to.queues = resources_at(identify, 32);
  to.interrupts = resources_at(identify, 64);
}

std::vector<NvmeSecondary> decode_secondaries(std::string_view identify) {
  std::vector<NvmeSecondary> out;
  const auto count = std::min<std::size_t>(number_at(identify, 0, 1), kListSize);
  for (std::size_t i = 0; i < count; ++i) {
    // struct nvme_secondary_ctrl, 32 bytes each behind 32 bytes of head.
    const auto at = 32 + 32 * i;
    out.push_back(
        {.id = number_at(identify, at, 2),
         .vf_number = number_at(identify, at + 8, 2),
         .online = (number_at(identify, at + 4, 1) & 1) != 0,
         .queues = number_at(identify, at + 10, 2),
         .interrupts = number_at(identify, at + 12, 2)});
  }
  return out;
}

std::string status_text(unsigned status) {
  const auto* row = row_of(status);
  return fmt::format(
      "NVMe status 0x{:03x}: {}", status & 0x7ff, row ? row->meaning : "it refuses this command");
}

int status_errno(unsigned status) {
  const auto* row = row_of(status);
  return row ? row->error : EIO;
}

}  // namespace vfirst::nvme
