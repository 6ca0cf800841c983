// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Asks libblkid what lies on block devices. Only on a host: a captured tree has no devices.

#include "base/result.hpp"

#include <optional>
#include <string>

namespace vfirst {

// The type of the filesystem on a device node ("/dev/vda1"): "ext4", "xfs", "vfat", "crypto_LUKS".
// Refused where there is none or more than one.
Result<std::string> filesystem_type(const std::string& device);

// What a filesystem calls itself.
struct FilesystemName {
  std::string label, uuid;
};
// Nothing where there is no filesystem, or signatures of more than one.
std::optional<FilesystemName> filesystem_name(const std::string& device);

// What libblkid finds on a device. Nothing where it may not be opened. Where there are signatures
// of several filesystems, `ambiguous` is set and the rest is empty; all is empty where there is
// none.
struct FilesystemOn {
  std::string type, label, uuid;
  bool ambiguous = false;
};
std::optional<FilesystemOn> filesystem_on(const std::string& device);

// The node of the device with this tag (UUID, LABEL, PARTUUID, PARTLABEL). libblkid takes udev's
// links, or looks at every device.
std::optional<std::string> find_device(const std::string& tag, const std::string& value);

}  // namespace vfirst
