// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/table.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

namespace {
// a longer cell pushes its own row alone
constexpr std::size_t kWidest = 72;
}  // namespace

std::string heading(std::string_view text) {
  return fmt::format("\n{}\n", text);
}

void Table::note(std::string text) {
  notes_.emplace_back(rows_.size(), std::move(text));
}

std::string Table::str() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      if (row[i].size() <= kWidest) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  auto note = notes_.begin();
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line(indent_, ' ');
    for (std::size_t i = 0; i < rows_[r].size(); ++i) {
      line += rows_[r][i];
      if (i + 1 < rows_[r].size())
        line.append(std::max(widths[i], rows_[r][i].size()) - rows_[r][i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
    for (; note != notes_.end() && note->first == r + 1; ++note)
      out += std::string(indent_ + 4, ' ') + note->second + "\n";
  }
  return out;
}

}  // namespace vfirst
