// SPDX-License-Identifier: GPL-2.0-or-later
// The whole user space of a boot that shows what reached the kernel: its command line, and the
// policy that came with it.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static void show(const char* path, const char* name) {
  static char text[8192];
  const int file = open(path, O_RDONLY);
  const ssize_t n = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (n < 0) return;
  text[n] = 0;
  text[strcspn(text, "\n")] = 0;
  printf("EXPORT %s %s\n", name, text);
}

int main(void) {
  mkdir("/proc", 0755);
  mkdir("/dev", 0755);
  mount("none", "/proc", "proc", 0, NULL);
  mkdir("/sys", 0755);
  mount("none", "/sys", "sysfs", 0, NULL);
  mount("none", "/dev", "devtmpfs", 0, NULL);
  freopen("/dev/ttyS0", "w", stdout);
  struct termios line;
  if (!tcgetattr(1, &line)) {
    line.c_oflag &= ~(tcflag_t)OPOST;
    tcsetattr(1, TCSANOW, &line);
  }
  printf("\n");
  show("/proc/cmdline", "cmdline");
  show("/sys/devices/system/cpu/isolated", "isolated");
  show("/etc/vfirst/policy.d/90-host.ini", "policy");
  printf("EXPORT end\n");
  fflush(stdout);
  tcdrain(1);
  reboot(RB_POWER_OFF);
  for (;;)
    pause();
}
