// SPDX-License-Identifier: GPL-2.0-or-later
// The least that a program can do that makes VFs and gives them to vfio-pci: the raw writes, one
// after the other, nothing read back but each VF's address.
//
//   floor PF=COUNT...        floor 0000:01:00.0=7 0000:02:00.0=7
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(const char* path, const char* value) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, value, strlen(value)) < 0) {
    perror(path);
    exit(1);
  }
  close(fd);
}

int main(int argc, char** argv) {
  char path[256], target[256];
  for (int i = 1; i < argc; ++i) {
    const char* const pf = argv[i];
    char* count = strchr(argv[i], '=');
    if (!count) return 64;
    *count++ = 0;
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/sriov_drivers_autoprobe", pf);
    put(path, "0");
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/sriov_numvfs", pf);
    put(path, count);
    for (int vf = 0; vf < atoi(count); ++vf) {
      snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/virtfn%d", pf, vf);
      const ssize_t length = readlink(path, target, sizeof target - 1);
      if (length < 0) {
        perror(path);
        return 1;
      }
      target[length] = 0;
      const char* const address = strrchr(target, '/') + 1;  // ../0000:01:10.0
      snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/driver_override", address);
      put(path, "vfio-pci");
      put("/sys/bus/pci/drivers_probe", address);
    }
  }
  return 0;
}
