// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/readers.hpp"

#include "base/text.hpp"

namespace vfirst::facts {

namespace {

// The version in the first processor's structure (SMBIOS 7.5, type 4): byte 16 is the number of a
// text behind the formatted part, whose length is byte 1. Only the structure of one processor is
// read, because the whole table has every serial number of the machine.
std::string processor_version(const Root& root) {
  const auto raw = root.bytes("sys/firmware/dmi/entries/4-0/raw");
  if (!raw || raw->size() < 17) return {};
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>((*raw)[i]); };
  const std::size_t formatted = at(1), wanted = at(16);
  if (at(0) != 4 || wanted == 0 || formatted > raw->size()) return {};
  const auto texts = split(std::string_view(*raw).substr(formatted), '\0');
  return wanted <= texts.size() ? std::string(trimmed(texts[wanted - 1])) : std::string();
}

}  // namespace

Dmi read_dmi(const Root& root) {
  if (!root.exists("sys/class/dmi/id")) return {};
  return {
      .vendor = text_of(root, "sys/class/dmi/id/sys_vendor"),
      .product = text_of(root, "sys/class/dmi/id/product_name"),
      // Root only.
      .serial = text_of(root, "sys/class/dmi/id/product_serial"),
      .board = text_of(root, "sys/class/dmi/id/board_name"),
      .processor = processor_version(root)};
}

}  // namespace vfirst::facts
