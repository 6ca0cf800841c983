// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A directory tree made from a list in the test's text, gone when the object is.
//
//   TempTree tree{{"sys/devices/system/cpu/online", "0-3\n"},
//                 {"sys/class/net/eth0", "-> ../../devices/pci0000:00/eth0"},   a symbolic link
//                 {"sys/kernel/iommu_groups/", ""}};                            an empty directory

#include "host/root.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace vfirst::test {

class TempTree {
 public:
  using Entry = std::pair<std::string_view, std::string_view>;

  TempTree(std::initializer_list<Entry> entries = {}) {
    auto name = (std::filesystem::temp_directory_path() / "vfirst-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
    add(entries);
  }
  ~TempTree() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempTree(TempTree&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  TempTree& operator=(TempTree&&) = delete;

  void add(std::initializer_list<Entry> entries) {
    for (const auto& [name, content] : entries)
      add(name, content);
  }
  // Replaces what was there before.
  void add(std::string_view name, std::string_view content) {
    const auto at = path_ / name;
    if (name.ends_with('/')) {
      std::filesystem::create_directories(at);
      return;
    }
    std::filesystem::create_directories(at.parent_path());
    if (content.starts_with("-> ")) {
      std::filesystem::remove(at);
      std::filesystem::create_symlink(content.substr(3), at);
      return;
    }
    std::ofstream file(at, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file) throw std::runtime_error("write " + at.string());
  }
  void remove(std::string_view name) { std::filesystem::remove_all(path_ / name); }

  // "" where there is no such file
  std::string content(std::string_view name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Root root() const {
    auto root = Root::open(path_);
    if (!root) throw std::runtime_error(root.error().what);
    return std::move(*root);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace vfirst::test
