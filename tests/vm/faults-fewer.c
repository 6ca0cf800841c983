// SPDX-License-Identifier: GPL-2.0-or-later
// Preloaded into vfirst: the left port's sriov_numvfs takes 7, enables 5 and says nothing, as the
// kernel does where a device has fewer than it said (pci_enable_sriov's "%d VFs requested; only %d
// enabled").
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t write(int fd, const void* data, size_t size) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  path[n > 0 ? n : 0] = 0;
  if (size && *(const char*)data == '7' && strstr(path, "/0000:01:00.0/sriov_numvfs"))
    return syscall(SYS_write, fd, "5", 1) == 1 ? (ssize_t)size : -1;
  return syscall(SYS_write, fd, data, size);
}
