// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/nbft.hpp"

#include "base/kernel_paths.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

// Offsets as libnvme has them (src/nvme/nbft.h): the control descriptor follows the header.
constexpr std::size_t kControl = 64;
constexpr std::uint8_t kControlId = 1, kInterfaceId = 3, kInterfaceInfoId = 7, kValid = 1;

class Table {
 public:
  explicit Table(std::string_view bytes) : bytes_(bytes) {}
  bool has(std::size_t at, std::size_t size) const {
    return at <= bytes_.size() && size <= bytes_.size() - at;
  }
  std::uint8_t byte(std::size_t at) const { return static_cast<std::uint8_t>(bytes_[at]); }
  std::uint32_t number(std::size_t at, std::size_t size) const {
    std::uint32_t out = 0;
    for (std::size_t i = size; i-- > 0;)
      out = out << 8 | byte(at + i);
    return out;
  }

 private:
  std::string_view bytes_;
};

}  // namespace

std::vector<BootInterface> parse_nbft(std::string_view bytes) {
  const Table table(bytes);
  std::vector<BootInterface> out;
  if (!bytes.starts_with("NBFT") || !table.has(kControl, 24) || table.byte(kControl) != kControlId)
    return out;
  const std::size_t list = table.number(kControl + 16, 4), size = table.number(kControl + 20, 2);
  const std::size_t count = table.byte(kControl + 23);
  if (size < 22) return out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = list + i * size;
    if (!table.has(at, 22)) break;
    if (table.byte(at) != kInterfaceId || !(table.byte(at + 2) & kValid)) continue;
    const std::size_t info = table.number(at + 16, 4);
    if (!table.has(info, 17) || table.byte(info) != kInterfaceInfoId ||
        !(table.byte(info + 6) & kValid))
      continue;
    BootInterface one;
    // Segment, bus, device and function.
    const auto sbdf = table.number(info + 7, 4);
    one.address.domain = sbdf >> 16;
    one.address.bus = static_cast<std::uint8_t>(sbdf >> 8);
    one.address.device = sbdf >> 3 & 0x1f;
    one.address.function = sbdf & 7;
    for (std::size_t b = 0; b < one.mac.bytes.size(); ++b)
      one.mac.bytes[b] = table.byte(info + 11 + b);
    out.push_back(one);
  }
  return out;
}

std::vector<BootInterface> read_nbft(const Root& root) {
  std::vector<BootInterface> out;
  for (const auto& name : root.list(kernel_paths::kAcpiTables).value_or(std::vector<std::string>{}))
    if (name.starts_with("NBFT"))
      if (const auto bytes = root.bytes(fmt::format("{}/{}", kernel_paths::kAcpiTables, name)))
        std::ranges::move(parse_nbft(*bytes), std::back_inserter(out));
  return out;
}

}  // namespace vfirst::facts
