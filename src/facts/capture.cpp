// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/capture.hpp"

#include "host/recording_root.hpp"
#include "host/tar.hpp"

namespace vfirst {

Result<Facts> capture(const Root& root, int fd, const ReadOptions& options) {
  const RecordingRoot recording(VFIRST_TRY(Root::open(root.path())));
  auto facts = VFIRST_TRY(read_facts(recording, options));
  TarWriter tar(fd);
  for (const auto& [path, entry] : recording.entries()) {
    switch (entry.kind) {
      case RecordingRoot::Entry::Kind::directory: VFIRST_CHECK(tar.directory(path)); break;
      case RecordingRoot::Entry::Kind::file: VFIRST_CHECK(tar.file(path, entry.content)); break;
      case RecordingRoot::Entry::Kind::link: VFIRST_CHECK(tar.link(path, entry.content)); break;
    }
  }
  VFIRST_CHECK(tar.finish());
  return facts;
}

}  // namespace vfirst
