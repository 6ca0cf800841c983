// SPDX-License-Identifier: GPL-2.0-or-later
// crash-kernel KERNEL INITRD CMDLINE: what kdump's service does, without kexec-tools: the kernel
// that a panic starts.
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char** words) {
  if (count != 4) return 64;
  const int kernel = open(words[1], O_RDONLY), initrd = open(words[2], O_RDONLY);
  if (syscall(
          SYS_kexec_file_load, kernel, initrd, strlen(words[3]) + 1, words[3],
          (unsigned long)KEXEC_FILE_ON_CRASH) == 0)
    return 0;
  perror("kexec_file_load");
  return 1;
}
