// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Rows of text, each column as wide as its widest cell, a very long one aside; the last one as long
// as it is.

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The line above a table, and a blank line before it.
std::string heading(std::string_view text);

class Table {
 public:
  explicit Table(std::size_t indent = 2) : indent_(indent) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Under the row before it, across the columns.
  void note(std::string text);
  bool empty() const { return rows_.empty(); }
  std::string str() const;

 private:
  std::size_t indent_;
  std::vector<std::vector<std::string>> rows_;
  // behind row first-1
  std::vector<std::pair<std::size_t, std::string>> notes_;
};

}  // namespace vfirst
