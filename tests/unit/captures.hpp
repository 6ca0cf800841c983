// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Captured trees of real machines, from VFIRST_CAPTURES or a folder shared/captures beside the
// repository; unpacked once a program. They are no part of the repository: without them a test
// SKIPs.

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace vfirst::test {

class Captures {
 public:
  struct Tree {
    // the archive's, without endings
    std::string name;
    // the folder that holds sys/
    std::filesystem::path path;
  };

  static const std::vector<Tree>& all() {
    static const Captures captures;
    if (captures.trees_.empty()) SKIP("no captured machines: set VFIRST_CAPTURES");
    return captures.trees_;
  }

 private:
  Captures() {
    namespace fs = std::filesystem;
    const auto* given = std::getenv("VFIRST_CAPTURES");
    const auto from =
        given ? fs::path(given) : fs::path(VFIRST_TESTS_DIR) / "../../shared/captures";
    std::error_code none;
    auto name = (fs::temp_directory_path() / "vfirst-captures-XXXXXX").string();
    for (const auto& entry : fs::directory_iterator(from, none)) {
      const auto file = entry.path().filename().string();
      const auto dot = file.find(".tar");
      if (dot == std::string::npos) continue;
      if (here_.empty() && ::mkdtemp(name.data())) here_ = name;
      const auto to = here_ / file.substr(0, dot);
      fs::create_directory(to);
      const auto command = "tar -xf '" + entry.path().string() + "' -C '" + to.string() + "'";
      if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
      for (auto at = fs::recursive_directory_iterator(to); at != fs::recursive_directory_iterator();
           ++at) {
        if (at.depth() > 2)
          at.disable_recursion_pending();
        else if (at->is_directory() && at->path().filename() == "sys") {
          trees_.push_back({file.substr(0, dot), at->path().parent_path()});
          break;
        }
      }
    }
    std::sort(
        trees_.begin(), trees_.end(), [](const Tree& a, const Tree& b) { return a.name < b.name; });
  }
  ~Captures() {
    std::error_code ignored;
    if (!here_.empty()) std::filesystem::remove_all(here_, ignored);
  }

  std::filesystem::path here_;
  std::vector<Tree> trees_;
};

}  // namespace vfirst::test
