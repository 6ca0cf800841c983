// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A root that records what is read from it, as the smallest tree that gives the same answers again.

#include "host/root.hpp"

#include <map>

namespace vfirst {

class RecordingRoot : public Root {
 public:
  struct Entry {
    enum class Kind { directory, file, link } kind = Kind::directory;
    // The content of a file, or the target of a link.
    std::string content;
  };

  explicit RecordingRoot(Root root);
  Result<std::string> read(std::string_view path) const override;
  Result<std::string> bytes(std::string_view path) const override;
  Result<std::string> read_head(std::string_view path, std::size_t limit) const override;
  Result<std::string> read_lines(
      std::string_view path, bool (*keep)(std::string_view line)) const override;
  Result<std::string> link(std::string_view path) const override;
  bool exists(std::string_view path) const override;
  Result<std::vector<std::string>> list(std::string_view path) const override;
  void note(std::string_view path) const override;
  void remember(std::string_view path, std::string_view answer) const override;

  // By path. Every link on the way to a file is there. Every directory comes before what it holds.
  const std::map<std::string, Entry>& entries() const { return entries_; }

 private:
  std::string settle(std::string_view path, bool follow_last) const;
  void add(const std::string& path, Entry::Kind kind, std::string content = {}) const;
  void add_as_it_is(const std::string& path) const;
  Result<std::string> kept(std::string_view path, Result<std::string> content) const;

  mutable std::map<std::string, Entry> entries_;
};

}  // namespace vfirst
