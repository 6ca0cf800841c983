// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a command, from its exec until the last process that it left behind is gone, and prints one
// line:
//
//   timed NAME COMMAND...    run NAME exit-code seconds user-seconds system-seconds peak-kib began
//   ended
//
// What the command says goes to /run/NAME.log. began and ended are seconds since switching on, as
// in vfirst's own record.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_BOOTTIME, &at);
  return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static double seconds(struct timeval at) {
  return (double)at.tv_sec + (double)at.tv_usec * 1e-6;
}

int main(int argc, char** argv) {
  if (argc < 3) return 64;
  char log[64];
  snprintf(log, sizeof log, "/run/%s.log", argv[1]);
  prctl(
      PR_SET_CHILD_SUBREAPER,
      1);  // `vfirst boot` works in a child that its parent does not wait for
  const double began = now();
  const pid_t child = fork();
  if (child == 0) {
    const int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(fd, 1), dup2(fd, 2);
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int code = 127;
  for (;;) {
    int status;
    const pid_t gone = wait(&status);
    if (gone < 0 && errno != EINTR) break;
    if (gone == child) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const double ended = now();
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  printf(
      "run %s %d %.4f %.3f %.3f %ld %.4f %.4f\n", argv[1], code, ended - began,
      seconds(used.ru_utime), seconds(used.ru_stime), used.ru_maxrss, began, ended);
  return code;
}
