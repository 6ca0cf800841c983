// SPDX-License-Identifier: GPL-2.0-or-later
// The whole user space of a calibration boot: says on the serial line what the kernel did, then
// ends the machine. Each line has a letter in front: A an argument of init, E a variable, F a
// file's line, L a name in a folder, K a line of the log.
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static FILE* out;

static void show(const char* path) {
  static char line[4096];
  FILE* file = fopen(path, "r");
  if (!file) return;
  for (int n = 0; fgets(line, sizeof line, file) || !n; ++n) {
    line[strcspn(line, "\n")] = 0;
    if (feof(file) && !n && !*line) {
      fprintf(out, "F %s \n", path);
      break;
    }
    fprintf(out, "F %s %s\n", path, line);
  }
  fclose(file);
}

// The names in `folder` that begin with `prefix`: `file` below each of them, or the names
// themselves where it is none.
static void each(const char* folder, const char* prefix, const char* file) {
  char path[512];
  DIR* dir = opendir(folder);
  if (!dir) return;
  for (struct dirent* one; (one = readdir(dir));) {
    if (strncmp(one->d_name, prefix, strlen(prefix)) || one->d_name[0] == '.') continue;
    snprintf(
        path, sizeof path, "%s/%s%s%s", folder, one->d_name, file ? "/" : "", file ? file : "");
    if (file)
      show(path);
    else
      fprintf(out, "L %s\n", path);
  }
  closedir(dir);
}

static void tell_log(void) {
  static const char* const words[] = {
      "HugeTLB:",
      "Housekeeping:",
      "isolcpus:",
      "NO_HZ:",
      "rcu_nocbs=",
      "Offload RCU",
      "Unknown kernel command line",
      "Malformed early option",
      "Unknown option - ",
      "iommu: Default domain type",
      "DMAR: IOMMU ",
      NULL};
  const int size = klogctl(10, NULL, 0);
  char* log = malloc((size_t)size + 1);
  const int got = klogctl(3, log, size);
  log[got > 0 ? got : 0] = 0;
  for (char* line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
    for (const char* const* word = words; *word; ++word)
      if (strstr(line, *word)) {
        fprintf(out, "K %s\n", line);
        break;
      }
}

int main(int count, char** arguments, char** variables) {
  mkdir("/proc", 0755), mkdir("/sys", 0755), mkdir("/dev", 0755);
  mount("proc", "/proc", "proc", 0, NULL), mount("sysfs", "/sys", "sysfs", 0, NULL),
      mount("dev", "/dev", "devtmpfs", 0, NULL);
  out = fopen("/dev/ttyS0", "w");
  if (!out) return 1;
  fprintf(out, "\nCALIBRATE BEGIN\n");
  for (int i = 1; i < count; ++i)
    fprintf(out, "A %s\n", arguments[i]);
  for (char** one = variables; *one; ++one)
    fprintf(out, "E %s\n", *one);
  static const char* const files[] = {
      "/proc/cmdline",
      "/proc/sys/kernel/osrelease",
      "/proc/irq/default_smp_affinity",
      "/proc/meminfo",
      "/proc/cpuinfo",
      "/sys/devices/system/cpu/possible",
      "/sys/devices/system/cpu/present",
      "/sys/devices/system/cpu/online",
      "/sys/devices/system/cpu/isolated",
      "/sys/devices/system/cpu/nohz_full",
      "/sys/devices/system/memory/block_size_bytes",
      NULL};
  for (const char* const* file = files; *file; ++file)
    show(*file);
  each("/sys/kernel/mm/hugepages", "hugepages-", "nr_hugepages");
  for (int node = 0; node < 8; ++node) {
    char path[128];
    const char* const own[] = {"cpulist", "meminfo", "distance"};
    for (int i = 0; i < 3; ++i) {
      snprintf(path, sizeof path, "/sys/devices/system/node/node%d/%s", node, own[i]);
      show(path);
    }
    snprintf(path, sizeof path, "/sys/devices/system/node/node%d", node);
    each(path, "memory", NULL);
    strcat(path, "/hugepages");
    each(path, "hugepages-", "nr_hugepages");
  }
  const char* const topology[] = {
      "topology/physical_package_id", "topology/core_id", "topology/thread_siblings_list"};
  for (int i = 0; i < 3; ++i)
    each("/sys/devices/system/cpu", "cpu", topology[i]);
  tell_log();
  fprintf(out, "CALIBRATE END\n");
  fflush(out);
  tcdrain(fileno(out));
  reboot(RB_POWER_OFF);
  for (;;)
    pause();
}
