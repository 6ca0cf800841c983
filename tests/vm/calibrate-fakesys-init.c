// SPDX-License-Identifier: GPL-2.0-or-later
// The init of that boot: loads the modules in the order given, lets script_tool write to the second
// serial line, and ends the machine.
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

int main(void) {
  mount("proc", "/proc", "proc", 0, NULL), mount("sysfs", "/sys", "sysfs", 0, NULL),
      mount("dev", "/dev", "devtmpfs", 0, NULL);
  const int console = open("/dev/ttyS0", O_WRONLY), out = open("/dev/ttyS1", O_WRONLY);
  char path[256];
  FILE* order = fopen("/modules/order", "r");
  while (order && fgets(path, sizeof path, order)) {
    path[strcspn(path, "\n")] = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (syscall(SYS_finit_module, file, "", 0) != 0)
      dprintf(console, "init: %s: not loaded\n", path);
    close(file);
  }
  int status = -1;
  const pid_t child = fork();
  if (child == 0) {
    dup2(out, 1), dup2(console, 2);
    execl("/script_tool", "script_tool", "--real", (char*)NULL);
    _exit(127);
  }
  if (child > 0) waitpid(child, &status, 0);
  dprintf(out, "END %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 255);
  tcdrain(out);
  reboot(RB_POWER_OFF);
  for (;;)
    pause();
}
