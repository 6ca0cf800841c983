// SPDX-License-Identifier: GPL-2.0-or-later
// Opens libblkid on demand. Without the library there is no probe and no tag.
#include "host/lazy_library.hpp"

#include <blkid.h>
#include <cerrno>

VFIRST_LAZY_LIBRARY("libblkid.so.1");

extern "C" {

blkid_probe blkid_new_probe_from_filename(const char* name) {
  if (!library.open()) {
    errno = ELIBACC;
    return nullptr;
  }
  VFIRST_HAND_ON(blkid_new_probe_from_filename, name);
}
char* blkid_evaluate_tag(const char* tag, const char* value, blkid_cache* cache) {
  if (!library.open()) return nullptr;
  VFIRST_HAND_ON(blkid_evaluate_tag, tag, value, cache);
}
void blkid_free_probe(blkid_probe probe) {
  if (!probe) return;
  VFIRST_HAND_ON(blkid_free_probe, probe);
}
int blkid_do_safeprobe(blkid_probe probe) {
  VFIRST_HAND_ON(blkid_do_safeprobe, probe);
}
int blkid_probe_enable_superblocks(blkid_probe probe, int enable) {
  VFIRST_HAND_ON(blkid_probe_enable_superblocks, probe, enable);
}
int blkid_probe_set_superblocks_flags(blkid_probe probe, int flags) {
  VFIRST_HAND_ON(blkid_probe_set_superblocks_flags, probe, flags);
}
int blkid_probe_lookup_value(blkid_probe probe, const char* name, const char** data, size_t* size) {
  VFIRST_HAND_ON(blkid_probe_lookup_value, probe, name, data, size);
}

}  // extern "C"
