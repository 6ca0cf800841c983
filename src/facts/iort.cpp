// SPDX-License-Identifier: GPL-2.0-or-later
// Arm's document DEN 0049 (IO Remapping Table); include/acpi/actbl2.h, struct acpi_table_iort.
#include "facts/iort.hpp"

#include "base/kernel_paths.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace vfirst::facts {

namespace {

// Offsets in the table: the number of its nodes, and where the first one begins.
constexpr std::size_t kNodeCount = 36, kFirstNode = 40;
// A node begins with its type (a byte) and its length (two bytes).
constexpr std::size_t kNodeHead = 3;
// ACPI_IORT_NODE_SMMU and ACPI_IORT_NODE_SMMU_V3.
constexpr unsigned kSmmu = 3, kSmmuV3 = 4;

std::uint32_t little_endian(std::string_view table, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(table[at + i]);
  return value;
}

}  // namespace

bool names_smmu(std::string_view table) {
  if (table.size() < kFirstNode + 4) return false;
  std::size_t at = little_endian(table, kFirstNode, 4);
  for (auto left = little_endian(table, kNodeCount, 4); left > 0; --left) {
    if (at > table.size() || table.size() - at < kNodeHead) return false;
    const auto type = static_cast<unsigned char>(table[at]);
    if (type == kSmmu || type == kSmmuV3) return true;
    const auto length = little_endian(table, at + 1, 2);
    if (length < kNodeHead) return false;
    at += length;
  }
  return false;
}

bool has_smmu(const Root& root) {
  const auto path = std::string(kernel_paths::kAcpiTables) + "/IORT";
  const auto table = root.bytes(path);
  return table && !table->empty() ? names_smmu(*table) : root.exists(path);
}

}  // namespace vfirst::facts
