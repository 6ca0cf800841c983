// SPDX-License-Identifier: GPL-2.0-or-later
// A program of the build: main.cpp with its table of commands, and instead of the parser this,
// which writes what the shells read. write FOLDER: vfirst for bash, _vfirst for zsh, vfirst.fish.
#include "completion/entry.hpp"

#include <cstdio>
#include <fstream>

namespace vfirst {

int run_program(int argc, char** argv, std::span<const Command> commands) {
  const std::pair<const char*, std::string> files[] = {
      {"vfirst", bash_completion(commands)},
      {"_vfirst", zsh_completion(commands)},
      {"vfirst.fish", fish_completion(commands)}};
  if (argc != 2) return static_cast<int>(ExitCode::usage);
  for (const auto& [name, text] : files) {
    const auto path = fmt::format("{}/{}", argv[1], name);
    std::ofstream file(path);
    if (!(file << text).flush()) {
      fmt::print(stderr, "{}: cannot be written\n", path);
      return static_cast<int>(ExitCode::failed);
    }
  }
  return 0;
}

}  // namespace vfirst
