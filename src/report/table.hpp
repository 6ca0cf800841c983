// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Rows of text in columns. A column is as wide as its widest cell; a very long cell moves only its
// own row, and the last cell of a row takes the space that it needs.

#include "report/colour.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The line above a table, and a blank line before it.
std::string heading(std::string_view text);

// Cells and notes stay on their line: control characters in them are spelled (base/printable.hpp).
class Table {
 public:
  explicit Table(std::size_t indent = 2) : indent_(indent) {}
  void row(const std::vector<std::string>& cells, Colour colour = Colour::none);
  // A line under the last row, across the columns and in its colour.
  void note(std::string_view text);
  bool empty() const { return rows_.empty(); }
  // `colour`: with the rows' colours.
  std::string str(bool colour = false) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Colour colour = Colour::none;
    std::vector<std::string> notes = {};
  };
  std::size_t indent_;
  std::vector<Row> rows_;
};

}  // namespace vfirst
