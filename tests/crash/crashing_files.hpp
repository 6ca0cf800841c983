// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A disk in memory whose power fails, or which answers with an errno, at the Nth thing done to it.

#include "host/files.hpp"

#include <cerrno>
#include <map>
#include <set>
#include <string>

namespace vfirst::test {

struct PowerCut {};

class CrashingFiles final : public Files {
 public:
  using Disk = std::map<std::string, std::string, std::less<>>;

  explicit CrashingFiles(Disk start, int at = -1, int error = 0)
      : disk(std::move(start)), at_(at), error_(error) {}

  Disk disk;
  // Written since the last settle: a reader without a journal may see these as they were, or not at
  // all.
  std::set<std::string, std::less<>> unsettled;
  // Renamed before it was settled: such a reader may follow the new name to blocks that are not the
  // file's yet.
  std::set<std::string, std::less<>> torn;
  // places at which it could have failed
  int steps = 0;
  int writes = 0;
  std::set<std::string, std::less<>> executable;

  Status create(std::string_view path, std::string_view content, unsigned = 0644) override {
    VFIRST_CHECK(step());
    if (disk.contains(path)) return failed(EEXIST, "{}: exists", path);
    const std::string name(path);
    disk[name] = content.substr(0, content.size() / 2);
    unsettled.insert(name);
    // an error is cleaned up, a power cut is not
    if (auto torn = step(); !torn) {
      disk.erase(name);
      return torn;
    }
    disk[name] = content;
    return {};
  }
  Status rename(std::string_view from, std::string_view to) override {
    VFIRST_CHECK(step());
    const auto file = disk.find(from);
    if (file == disk.end()) return failed(ENOENT, "{}: not there", from);
    disk[std::string(to)] = file->second;
    disk.erase(std::string(from));
    if (unsettled.contains(from)) torn.insert(std::string(to));
    unsettled.erase(std::string(from));
    unsettled.insert(std::string(to));
    return {};
  }
  Status overwrite(std::string_view path, std::string_view content) override {
    VFIRST_CHECK(step());
    const auto file = disk.find(path);
    if (file == disk.end()) return failed(ENOENT, "{}: not there", path);
    if (file->second.size() != content.size()) return refuse("{}: length", path);
    file->second = content;
    return {};
  }
  Status settle(std::string_view directory) override {
    VFIRST_CHECK(step());
    // Whole filesystems are frozen, but only what lies below the directory is promised.
    for (auto* all : {&unsettled, &torn})
      std::erase_if(*all, [&](const std::string& path) {
        return path.starts_with(std::string(directory) + '/');
      });
    return {};
  }
  Status remove(std::string_view path) override {
    VFIRST_CHECK(step());
    if (disk.erase(std::string(path)) == 0) return failed(ENOENT, "{}: not there", path);
    unsettled.insert(std::string(path));
    return {};
  }
  Result<std::string> read(std::string_view path) const override {
    const auto file = disk.find(path);
    if (file == disk.end()) return failed(ENOENT, "{}: not there", path);
    return file->second;
  }
  bool exists(std::string_view path) const override {
    const auto file = disk.lower_bound(path);
    return file != disk.end() &&
           (file->first == path || file->first.starts_with(std::string(path) + '/'));
  }
  unsigned mode(std::string_view path) const override {
    return !exists(path) ? 0 : executable.contains(path) ? 0755 : 0644;
  }
  Result<std::vector<std::string>> list(std::string_view directory) const override {
    std::vector<std::string> names;
    const auto prefix = std::string(directory) + '/';
    for (const auto& [path, _] : disk)
      if (path.starts_with(prefix)) {
        const auto name = path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
        if (names.empty() || names.back() != name) names.push_back(name);
      }
    return names;
  }

 private:
  Status step() {
    ++writes;
    if (steps++ != at_) return {};
    if (error_ == 0) throw PowerCut{};
    return failed(error_, "injected errno {}", error_);
  }

  int at_;
  // 0: the power fails
  int error_;
};

}  // namespace vfirst::test
