// SPDX-License-Identifier: GPL-2.0-or-later
// Runs commands in turns, so that whatever else the machine does falls on all alike, and prints for
// each the median wall time in seconds and the largest peak of resident memory in KiB.
//
//   rounds N NAME COMMAND... -- NAME COMMAND... -- ...        output: NAME seconds kib
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern char** environ;

namespace {

struct Command {
  std::string name;
  std::vector<char*> words;
  std::vector<double> seconds;
  long peak_kib = 0;
};

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

bool run(Command& command, posix_spawn_file_actions_t* quiet) {
  pid_t child = 0;
  int status = 0;
  rusage usage{};
  const auto before = now();
  if (posix_spawnp(&child, command.words[0], quiet, nullptr, command.words.data(), environ) != 0)
    return false;
  if (wait4(child, &status, 0, &usage) != child) return false;
  command.seconds.push_back(now() - before);
  command.peak_kib = std::max(command.peak_kib, usage.ru_maxrss);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  const int rounds = std::atoi(argv[1]);
  std::vector<Command> commands;
  for (int i = 2; i < argc; ++i) {
    if (i == 2 || std::string_view(argv[i]) == "--") {
      commands.emplace_back();
      if (i > 2) ++i;
      if (i < argc) commands.back().name = argv[i];
    } else {
      commands.back().words.push_back(argv[i]);
    }
  }
  for (auto& command : commands) {
    if (command.words.empty()) return 64;
    command.words.push_back(nullptr);
  }
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  // two to warm the caches
  for (int round = -2; round < rounds; ++round) {
    for (auto& command : commands) {
      if (!run(command, &quiet)) {
        std::fprintf(stderr, "rounds: %s failed\n", command.name.c_str());
        return 1;
      }
      if (round < 0) command.seconds.clear();
    }
  }
  for (auto& command : commands) {
    std::sort(command.seconds.begin(), command.seconds.end());
    std::printf(
        "%s %.6f %ld\n", command.name.c_str(), command.seconds[command.seconds.size() / 2],
        command.peak_kib);
  }
  return 0;
}
