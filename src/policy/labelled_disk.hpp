// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The one filesystem with a label, on a disk of this machine.

#include "host/disks.hpp"
#include "host/root.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace vfirst {

// What libblkid reads from a device node ("/dev/sdb1"); the seam for tests.
using ReadFilesystemName = std::function<std::optional<FilesystemName>(const std::string& device)>;

// Asked again and again while devices appear, it reads each device once; those with a removable
// medium each time.
class LabelledDisk {
 public:
  // `root` must outlive it.
  LabelledDisk(const Root& root, std::string label, ReadFilesystemName read)
      : root_(root), label_(std::move(label)), read_(std::move(read)) {}

  // The device's node; nothing where no filesystem has the label yet. Refused where two have it:
  // nothing tells which of them is meant. Devices that are no disks of this machine are not read
  // (why_not_local).
  Result<std::optional<std::string>> find();

  // Why there is none, as one line: names a device that udev found under the label and that was
  // passed over.
  std::string why_none() const;

 private:
  std::optional<FilesystemName> name_of(const std::string& block);

  const Root& root_;
  std::string label_;
  ReadFilesystemName read_;
  std::map<std::string, std::optional<FilesystemName>> known_;
};

}  // namespace vfirst
