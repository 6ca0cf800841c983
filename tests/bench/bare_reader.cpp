// SPDX-License-Identifier: GPL-2.0-or-later
// The least that a program can do that reads these files: one open, one read and one close each,
// nothing kept.
//
//   bare_reader LIST     lines "r PATH" (a file), "d PATH" (a directory's names), "l PATH" (a
//   link), "e PATH" (is it there?)
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include <cstdio>
#include <cstring>
#include <string>

namespace {

char buffer[1 << 20];

bool read_file(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const auto n = read(fd, buffer, sizeof buffer);
  close(fd);
  return n >= 0;
}

bool read_directory(const char* path) {
  DIR* directory = opendir(path);
  if (!directory) return false;
  while (readdir(directory)) {
  }
  closedir(directory);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !read_file(argv[1])) return 64;
  // the buffer is zero behind what was read
  const std::string list = buffer;
  std::string path;
  int missing = 0;
  for (std::size_t at = 0, end; (end = list.find('\n', at)) != std::string::npos; at = end + 1) {
    if (end < at + 3) continue;
    path.assign(list, at + 2, end - at - 2);
    bool done = false;
    switch (list[at]) {
      case 'r': done = read_file(path.c_str()); break;
      case 'd': done = read_directory(path.c_str()); break;
      case 'l': done = readlink(path.c_str(), buffer, sizeof buffer) >= 0; break;
      case 'e': done = access(path.c_str(), F_OK) == 0; break;
      default: return 64;
    }
    missing += !done;
  }
  if (missing) std::fprintf(stderr, "bare_reader: %d of the paths cannot be read\n", missing);
  return missing != 0;
}
