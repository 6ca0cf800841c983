// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/format.hpp"

namespace vfirst {

std::span<const ExportFormat> export_formats() {
  static constexpr ExportFormat kFormats[] = {
      {"libvirt", export_libvirt},
  };
  return kFormats;
}

}  // namespace vfirst
