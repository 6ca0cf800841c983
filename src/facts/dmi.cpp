// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/readers.hpp"

namespace vfirst::facts {

Dmi read_dmi(const Root& root) {
  if (!root.exists("sys/class/dmi/id")) return {};
  return {
      .vendor = text_of(root, "sys/class/dmi/id/sys_vendor"),
      .product = text_of(root, "sys/class/dmi/id/product_name"),
      // Root only.
      .serial = text_of(root, "sys/class/dmi/id/product_serial"),
      .board = text_of(root, "sys/class/dmi/id/board_name")};
}

}  // namespace vfirst::facts
