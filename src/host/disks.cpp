// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disks.hpp"

#include <blkid.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace vfirst {

namespace {

using Probe = std::unique_ptr<blkid_struct_probe, void (*)(blkid_probe)>;

Probe open_probe(const std::string& device, int flags) {
  Probe probe(blkid_new_probe_from_filename(device.c_str()), blkid_free_probe);
  if (!probe) return probe;
  blkid_probe_enable_superblocks(probe.get(), 1);
  blkid_probe_set_superblocks_flags(probe.get(), flags);
  return probe;
}

}  // namespace

Result<std::string> filesystem_type(const std::string& device) {
  errno = 0;
  const auto probe = open_probe(device, BLKID_SUBLKS_TYPE);
  if (!probe)
    return failed(errno ? errno : EIO, "{}: {}", device, std::strerror(errno ? errno : EIO));
  // 1: it knows none. -2: there are signatures of several.
  const int outcome = blkid_do_safeprobe(probe.get());
  if (outcome == -2) return refuse("{}: it has signatures of more than one filesystem", device);
  const char* type = nullptr;
  if (outcome != 0 || blkid_probe_lookup_value(probe.get(), "TYPE", &type, nullptr) != 0 || !type)
    return refuse("{}: it has no filesystem that libblkid knows", device);
  return std::string(type);
}

std::optional<FilesystemName> filesystem_name(const std::string& device) {
  const auto probe = open_probe(device, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID);
  if (!probe || blkid_do_safeprobe(probe.get()) != 0) return std::nullopt;
  const auto value = [&](const char* name) {
    const char* text = nullptr;
    const bool found = blkid_probe_lookup_value(probe.get(), name, &text, nullptr) == 0 && text;
    return found ? std::string(text) : std::string();
  };
  return FilesystemName{value("LABEL"), value("UUID")};
}

std::optional<FilesystemOn> filesystem_on(const std::string& device) {
  const auto probe = open_probe(device, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID);
  if (!probe) return std::nullopt;
  FilesystemOn out;
  const int outcome = blkid_do_safeprobe(probe.get());
  out.ambiguous = outcome == -2;
  if (outcome != 0) return out;
  const auto value = [&](const char* name) {
    const char* text = nullptr;
    const bool found = blkid_probe_lookup_value(probe.get(), name, &text, nullptr) == 0 && text;
    return found ? std::string(text) : std::string();
  };
  return FilesystemOn{value("TYPE"), value("LABEL"), value("UUID"), false};
}

std::optional<std::string> find_device(const std::string& tag, const std::string& value) {
  char* const name = blkid_evaluate_tag(tag.c_str(), value.c_str(), nullptr);
  if (!name) return std::nullopt;
  std::string out(name);
  std::free(name);
  return out;
}

}  // namespace vfirst
