// SPDX-License-Identifier: GPL-2.0-or-later
// The whole user space of a boot with vfirst in it: loads the modules, writes what /writes asks for
// into sysfs, brings the ports up, runs the commands of /commands, and writes to the second serial
// line what they said and what the kernel shows. Then it ends the machine.
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static FILE* out;

static void load_modules(void) {
  char path[256];
  FILE* order = fopen("/order", "r");
  while (order && fgets(path, sizeof path, order)) {
    path[strcspn(path, "\n")] = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (syscall(SYS_finit_module, file, "", 0) != 0) fprintf(out, "M %s\n", path);
    close(file);
  }
}

// A line of /writes is a file and a value.
static void write_values(void) {
  char line[512];
  FILE* writes = fopen("/writes", "r");
  while (writes && fgets(line, sizeof line, writes)) {
    char* value = strchr(line, ' ');
    if (!value) continue;
    *value++ = 0;
    value[strcspn(value, "\n")] = 0;
    const int file = open(line, O_WRONLY | O_CLOEXEC);
    if (write(file, value, strlen(value)) < 0)
      fprintf(out, "W %s %s: %s\n", line, value, strerror(errno));
    close(file);
  }
}

// A port asks for its interrupts when it comes up.
static void bring_up_ports(void) {
  DIR* ports = opendir("/sys/class/net");
  const int one = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (!ports) return;
  for (struct dirent* port; (port = readdir(ports));) {
    struct ifreq request = {0};
    strncpy(request.ifr_name, port->d_name, sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_UP;
    if (port->d_name[0] != '.') ioctl(one, SIOCSIFFLAGS, &request);
  }
  closedir(ports);
  close(one);
}

// A line of /commands is a name, and the program with its words.
static void run(char* line) {
  char* words[32];
  int count = 0;
  for (char* word = strtok(line, " \n"); word && count < 31; word = strtok(NULL, " \n"))
    words[count++] = word;
  words[count] = NULL;
  if (count < 2) return;
  fprintf(out, "BEGIN %s\n", words[0]);
  fflush(out);
  int status = -1;
  const pid_t child = fork();
  if (child == 0) {
    dup2(fileno(out), 1), dup2(fileno(out), 2);
    execv(words[1], words + 1);
    _exit(127);
  }
  if (child > 0) waitpid(child, &status, 0);
  fprintf(out, "\nEND %s %d\n", words[0], WIFEXITED(status) ? WEXITSTATUS(status) : 255);
}

static void show(const char* path) {
  static char line[4096];
  FILE* file = fopen(path, "r");
  for (int n = 0; file && (fgets(line, sizeof line, file) || !n); ++n) {
    line[strcspn(line, "\n")] = 0;
    fprintf(out, "F %s %s\n", path, n || !feof(file) || *line ? line : "");
    if (feof(file)) break;
  }
  if (file) fclose(file);
}

static void show_kernel(void) {
  static const char* const files[] = {
      "/proc/cmdline",
      "/proc/iomem",
      "/proc/irq/default_smp_affinity",
      "/proc/irq/*/smp_affinity_list",
      "/proc/irq/*/effective_affinity_list",
      "/sys/devices/system/cpu/[opin]*",
      "/sys/devices/system/cpu/smt/*",
      "/sys/devices/system/cpu/cpu*/topology/*_list",
      "/sys/devices/system/cpu/cpu*/cache/index*/shared_cpu_list",
      "/sys/devices/system/memory/block_size_bytes",
      "/sys/devices/system/node/has_*",
      "/sys/devices/system/node/node*/cpulist",
      "/sys/devices/system/node/node*/meminfo",
      "/sys/devices/system/node/node*/hugepages/*/nr_hugepages",
      "/sys/devices/system/node/node*/memory*/state",
      "/sys/firmware/memmap/*/*",
      "/sys/bus/pci/drivers/*/*/numa_node",
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; ++i) {
    glob_t found = {0};
    glob(files[i], GLOB_NOSORT, NULL, &found);
    for (size_t n = 0; n < found.gl_pathc; ++n)
      show(found.gl_pathv[n]);
    globfree(&found);
  }
  // The devices' vectors are names in a folder.
  glob_t vectors = {0};
  glob("/sys/bus/pci/drivers/*/*/msi_irqs/*", GLOB_NOSORT, NULL, &vectors);
  for (size_t n = 0; n < vectors.gl_pathc; ++n)
    fprintf(out, "L %s\n", vectors.gl_pathv[n]);
  const int size = klogctl(10, NULL, 0);
  char* log = malloc((size_t)size + 1);
  const int got = klogctl(3, log, size);
  log[got > 0 ? got : 0] = 0;
  for (char* line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
    fprintf(out, "K %s\n", line);
}

int main(void) {
  mount("proc", "/proc", "proc", 0, NULL), mount("sysfs", "/sys", "sysfs", 0, NULL);
  mount("dev", "/dev", "devtmpfs", 0, NULL), mount("run", "/run", "tmpfs", 0, NULL);
  setenv("PATH", "/usr/bin", 1);
  out = fopen("/dev/ttyS1", "w");
  if (!out) return 1;
  struct termios line;
  if (!tcgetattr(fileno(out), &line)) {
    cfmakeraw(&line);
    tcsetattr(fileno(out), TCSANOW, &line);
  }
  load_modules();
  write_values();
  bring_up_ports();
  char command[512];
  FILE* commands = fopen("/commands", "r");
  while (commands && fgets(command, sizeof command, commands))
    run(command);
  show_kernel();
  fprintf(out, "DONE\n");
  fflush(out);
  tcdrain(fileno(out));
  reboot(RB_POWER_OFF);
  for (;;)
    pause();
}
