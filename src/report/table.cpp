// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/table.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

namespace {

// A longer cell does not make its column wider.
constexpr std::size_t kWidest = 72;

// In characters: counts the bytes of UTF-8 that begin one.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string heading(std::string_view text) {
  return fmt::format("\n{}\n", text);
}

void Table::row(const std::vector<std::string>& cells, Colour colour) {
  Row row{.cells = {}, .colour = colour};
  for (const auto& cell : cells)
    row.cells.push_back(printable_line(cell));
  rows_.push_back(std::move(row));
}

void Table::note(std::string_view text) {
  rows_.back().notes.push_back(printable_line(text));
}

std::string Table::str(bool colour) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.cells.size()));
    for (std::size_t i = 0; i + 1 < row.cells.size(); ++i)
      if (const auto own = width(row.cells[i]); own <= kWidest)
        widths[i] = std::max(widths[i], own);
  }
  std::string out;
  for (const auto& row : rows_) {
    const auto add = [&](std::string_view line) {
      out += coloured(line, colour ? row.colour : Colour::none);
      out += '\n';
    };
    std::string line(indent_, ' ');
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      line += row.cells[i];
      if (i + 1 == row.cells.size()) continue;
      const auto own = width(row.cells[i]);
      line.append(std::max(widths[i], own) - own + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    add(line);
    for (const auto& note : row.notes)
      add(std::string(indent_ + 4, ' ') + note);
  }
  return out;
}

}  // namespace vfirst
