// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_script.hpp"

#include <algorithm>
#include <utility>

namespace vfirst {

// Called on a brace that is not inside a word.
bool GrubScript::is_brace_word() const {
  return at_ + 1 == text_.size() ||
         std::string_view(" \t\n;").find(text_[at_ + 1]) != std::string_view::npos;
}

void GrubScript::skip_comment() {
  while (!at_end() && text_[at_] != '\n')
    ++at_;
}

// From behind the opening quote to behind the closing one.
void GrubScript::read_quoted(char quote, GrubWord& word) {
  word.quoted = true;
  for (; !at_end() && text_[at_] != quote; ++at_) {
    if (text_[at_] == '\n') ++line_;
    if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    word.text += text_[at_];
  }
  at_ = std::min(at_ + 1, text_.size());
}

std::optional<GrubCommand> GrubScript::next() {
  GrubCommand command;
  GrubWord word;
  bool in_word = false;
  const auto begin_word = [&] {
    if (!std::exchange(in_word, true)) word.begin = at_;
  };
  const auto end_word = [&] {
    word.end = at_;
    if (std::exchange(in_word, false)) command.words.push_back(std::exchange(word, {}));
  };
  command.line = line_;
  while (!at_end()) {
    const char c = text_[at_];
    if (c == '\n' || c == ';') {
      end_word();
      if (c == '\n') ++line_;
      ++at_;
      command.end = c;
      return command;
    }
    if (c == ' ' || c == '\t') {
      end_word();
      ++at_;
    } else if (c == '#' && !in_word) {
      skip_comment();
    } else if ((c == '{' || c == '}') && !in_word && is_brace_word()) {
      ++at_;
      command.end = c;
      return command;
    } else if (c == '\\' && text_.substr(at_ + 1).starts_with('\n')) {
      // The line goes on.
      ++line_;
      at_ += 2;
    } else if (c == '\'' || c == '"') {
      begin_word();
      ++at_;
      read_quoted(c, word);
    } else {
      begin_word();
      if (c == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        word.quoted = true;
      }
      word.text += text_[at_++];
    }
  }
  end_word();
  if (command.words.empty()) return std::nullopt;
  return command;
}

std::string kernel_spelling(std::string_view word) {
  const bool blank = word.find(' ') != word.npos;
  std::string spelled;
  if (blank) spelled += '"';
  for (const char c : word) {
    if (c == '\\' || c == '\'' || c == '"') spelled += '\\';
    spelled += c;
  }
  if (blank) spelled += '"';
  return spelled;
}

}  // namespace vfirst
