// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/words.hpp"

#include "base/text.hpp"
#include "kargs/loader_words.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vfirst {

namespace {

bool plain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./:,=@%+-").find(static_cast<char>(c)) != std::string_view::npos;
}
bool between_words(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

// The text between the quote at `at` and the next one. Afterwards `at` is the position after that.
Result<std::string> literal(std::string_view text, std::size_t& at) {
  auto end = at + 1;
  while (end < text.size() && text[end] != '"')
    end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size()) return refuse("a quote is not closed");
  std::string out;
  for (auto i = at + 1; i < end; ++i) {
    if (text[i] == '\\' && ++i >= end) break;
    // Words are printable ASCII, so json_string writes no other escapes.
    out += text[i];
  }
  at = end + 1;
  return out;
}

}  // namespace

Result<std::vector<std::string>> shell_words(std::string_view line) {
  std::vector<std::string> out;
  std::string word;
  bool open = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (between_words(c)) {
      if (open) out.push_back(std::exchange(word, {}));
      open = false;
    } else if (open = true; c == '\'') {
      const auto end = line.find('\'', i + 1);
      if (end == line.npos) return refuse("a quote is not closed: {}", line);
      word += line.substr(i + 1, end - i - 1);
      i = end;
    } else if (c == '"') {
      word += VFIRST_TRY(literal(line, i));
      --i;
    } else if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
    } else {
      word += c;
    }
  }
  if (open) out.push_back(word);
  return out;
}

std::string grub_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!plain(static_cast<unsigned char>(c))) out += '\\';
    out += c;
  }
  return out;
}

Status grub_carries(const std::vector<std::string>& words) {
  for (const auto& word : words)
    VFIRST_CHECK(grub_carries(word));
  return {};
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

Result<std::vector<std::string>> csv_fields(std::string_view line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"')
      out.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  if (quoted) return refuse("a quote is not closed: {}", line);
  return out;
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

Result<std::vector<std::string>> json_strings(std::string_view document, std::string_view key) {
  const auto found = document.find(key);
  auto at = found == document.npos ? found : document.find('[', found);
  if (at == document.npos) return refuse("no list {}", key);
  std::vector<std::string> out;
  for (++at; at < document.size() && document[at] != ']';) {
    if (document[at] == '"')
      out.push_back(VFIRST_TRY(literal(document, at)));
    else
      ++at;
  }
  return out;
}

std::string yaml_list(const std::vector<std::string>& items, std::string_view indent) {
  if (items.empty()) return " []\n";
  std::string out = "\n";
  for (const auto& item : items)
    out += fmt::format("{}- {}\n", indent, json_string(item));
  return out;
}

Result<std::vector<std::string>> yaml_items(std::string_view document, std::string_view key) {
  const auto found = document.find(key);
  if (found == document.npos) return refuse("no list {}", key);
  std::vector<std::string> out;
  auto lines = split(document.substr(found), '\n');
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto line = trimmed(lines[i]);
    if (!line.starts_with("- ")) break;
    std::size_t at = 2;
    out.push_back(VFIRST_TRY(literal(line, at)));
  }
  return out;
}

Result<std::string_view> line_behind(std::string_view document, std::string_view head) {
  for (const auto each : split(document, '\n'))
    if (const auto line = trimmed(each); line.starts_with(head))
      return trimmed(line.substr(head.size()));
  return refuse("no line {}", head);
}

Result<std::string> shell_value(std::string_view document, std::string_view head) {
  for (const auto line : split(document, '\n')) {
    if (line.starts_with('#')) continue;
    for (const auto& word : VFIRST_TRY(shell_words(line)))
      if (word.starts_with(head)) return word.substr(head.size());
  }
  return refuse("no word {}", head);
}

}  // namespace vfirst
