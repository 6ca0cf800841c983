// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_writer.hpp"

#include "base/json.hpp"

#include <algorithm>

namespace vfirst {

void JsonWriter::open(char bracket) {
  out_ += bracket;
  ++depth_;
  empty_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (!empty_) out_.append(1, '\n').append(2 * depth_, ' ');
  out_ += bracket;
  empty_ = false;
}

void JsonWriter::next() {
  if (!empty_) out_ += ',';
  out_.append(1, '\n').append(2 * depth_, ' ');
  empty_ = false;
}

void JsonWriter::key(std::string_view name) {
  next();
  value(name);
  out_ += ": ";
}

void JsonWriter::value(std::string_view text) {
  const bool plain = std::ranges::all_of(
      text, [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
  if (plain)
    out_.append(1, '"').append(text).append(1, '"');
  else
    out_ += json_literal(text);
}

}  // namespace vfirst
