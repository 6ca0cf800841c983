// SPDX-License-Identifier: GPL-2.0-or-later
// A program of the build: main.cpp with its table of commands, linked with this file in the place
// of the parser. `write FOLDER` writes the completions: vfirst for bash, _vfirst for zsh,
// vfirst.fish.
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
      std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
      return static_cast<int>(ExitCode::failed);
    }
  }
  return 0;
}

}  // namespace vfirst
