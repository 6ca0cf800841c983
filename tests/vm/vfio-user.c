// SPDX-License-Identifier: GPL-2.0-or-later
// vfio-user BDF SECONDS: what a guest does to a VF when its driver asks for vectors: opens it
// through its IOMMU group, enables MSI-X with an eventfd a vector, says "vectors N" and holds it
// for so long.
#include <fcntl.h>
#include <libgen.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int need(int value, const char* what) {
  if (value < 0) {
    perror(what);
    exit(1);
  }
  return value;
}

int main(int count, char** words) {
  if (count != 3) return 64;
  char path[256], target[256];
  snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/iommu_group", words[1]);
  const ssize_t size = readlink(path, target, sizeof target - 1);
  need((int)size, path);
  target[size] = 0;
  snprintf(path, sizeof path, "/dev/vfio/%s", basename(target));
  const int container = need(open("/dev/vfio/vfio", O_RDWR), "/dev/vfio/vfio");
  const int group = need(open(path, O_RDWR), path);
  need(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), "VFIO_GROUP_SET_CONTAINER");
  need(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU), "VFIO_SET_IOMMU");
  const int device =
      need(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, words[1]), "VFIO_GROUP_GET_DEVICE_FD");
  struct vfio_irq_info info = {.argsz = sizeof info, .index = VFIO_PCI_MSIX_IRQ_INDEX};
  need(ioctl(device, VFIO_DEVICE_GET_IRQ_INFO, &info), "VFIO_DEVICE_GET_IRQ_INFO");
  struct vfio_irq_set* set = calloc(1, sizeof *set + info.count * sizeof(int));
  set->argsz = sizeof *set + info.count * sizeof(int);
  set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
  set->index = VFIO_PCI_MSIX_IRQ_INDEX;
  set->count = info.count;
  for (unsigned i = 0; i < info.count; ++i) {
    const int event = need(eventfd(0, EFD_CLOEXEC), "eventfd");
    memcpy(set->data + i * sizeof(int), &event, sizeof event);
  }
  need(ioctl(device, VFIO_DEVICE_SET_IRQS, set), "VFIO_DEVICE_SET_IRQS");
  printf("vectors %u\n", info.count);
  fflush(stdout);
  sleep((unsigned)atoi(words[2]));
  return 0;
}
