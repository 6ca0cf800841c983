// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disks.hpp"

#include <blkid.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace vfirst {

Result<std::string> filesystem_type(const std::string& device) {
  errno = 0;
  const std::unique_ptr<blkid_struct_probe, void (*)(blkid_probe)> probe(
      blkid_new_probe_from_filename(device.c_str()), blkid_free_probe);
  if (!probe)
    return failed(errno ? errno : EIO, "{}: {}", device, std::strerror(errno ? errno : EIO));
  blkid_probe_enable_superblocks(probe.get(), 1);
  blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_TYPE);
  // 1: it knows none. -2: there are signatures of several.
  const int outcome = blkid_do_safeprobe(probe.get());
  if (outcome == -2) return refuse("{}: it has signatures of more than one filesystem", device);
  const char* type = nullptr;
  if (outcome != 0 || blkid_probe_lookup_value(probe.get(), "TYPE", &type, nullptr) != 0 || !type)
    return refuse("{}: it has no filesystem that libblkid knows", device);
  return std::string(type);
}

std::optional<std::string> find_device(const std::string& tag, const std::string& value) {
  char* const name = blkid_evaluate_tag(tag.c_str(), value.c_str(), nullptr);
  if (!name) return std::nullopt;
  std::string out(name);
  std::free(name);
  return out;
}

}  // namespace vfirst
