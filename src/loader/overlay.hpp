// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A tree as it would be with some of its files written, for asking what a boot loader would make of
// them before they are.

#include "host/files.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vfirst {

class Overlay final : public FileReader {
 public:
  // By path; nothing: the file is not there.
  using Texts = std::map<std::string, std::optional<std::string>, std::less<>>;

  // `below` must outlive it. Folders are listed as they are.
  Overlay(const FileReader& below, Texts texts) : below_(below), texts_(std::move(texts)) {}

  Result<std::string> read(std::string_view path) const override {
    const auto found = texts_.find(path);
    if (found == texts_.end()) return below_.read(path);
    if (found->second) return *found->second;
    return failed(ENOENT, "{}: not there", path);
  }
  bool exists(std::string_view path) const override {
    const auto found = texts_.find(path);
    return found == texts_.end() ? below_.exists(path) : found->second.has_value();
  }
  Result<std::vector<std::string>> list(std::string_view directory) const override {
    return below_.list(directory);
  }

 private:
  const FileReader& below_;
  const Texts texts_;
};

}  // namespace vfirst
