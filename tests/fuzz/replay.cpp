// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a fuzz target over its corpus with an ordinary compiler: each file, each of its beginnings,
// and each file with one byte changed, which finds most of what a short change to a parser breaks.
#include "fuzz/property.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

void run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0, inputs = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      ++files;
      run(text);
      for (std::size_t at = 0; at < text.size(); ++at) {
        run(text.substr(0, at));
        for (const char c : {'\0', '\n', ' ', '"', ',', '-', '0', '9', ';', '=', '[', '\xa0'}) {
          auto changed = text;
          changed[at] = c;
          run(changed);
        }
        inputs += 13;
      }
    }
  std::printf("%zu files, %zu inputs made from them\n", files, inputs);
  return files == 0;
}
