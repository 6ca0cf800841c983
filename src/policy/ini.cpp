// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/ini.hpp"

#include "base/text.hpp"

#include <ini.h>
#include <cstring>
#include <optional>

namespace vfirst {

namespace {

// inih copies names of sections and keys into buffers of 50 bytes, and cuts what does not fit
// (ini.c, MAX_SECTION, MAX_NAME).
constexpr std::size_t kNameLimit = 49;

// inih removes a comment from the first line of a value. Its release 55 does not remove one from
// further lines.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i)
    if (text[i] == ';' && (text[i - 1] == ' ' || text[i - 1] == '\t'))
      return trimmed(text.substr(0, i));
  return text;
}

// Feeds inih line by line. inih does not give its handler the line number (Debian builds it
// without), and it cuts a line that is longer than its buffer. So the lines are counted and
// measured here, before inih sees them.
class Reader {
 public:
  Reader(std::string_view name, std::string_view text) : name_(name), rest_(text) {}

  Result<std::vector<IniSection>> run() {
    if (rest_.starts_with("\xef\xbb\xbf")) {
      line_ = 1;
      fault("the file begins with a byte order mark; save it as UTF-8 without one");
    }
    const int wrong = fault_ ? 0 : ini_parse_stream(next_line, this, entry, this);
    // inih continues behind a line that it cannot read, and names the first such line at the end.
    if (wrong > 0 && (!fault_ || static_cast<unsigned>(wrong) < fault_line_)) {
      line_ = static_cast<unsigned>(wrong);
      fault_.reset();
      fault("neither a [section] nor 'key = value'");
    } else if (wrong < 0) {
      fault("out of memory");
    }
    if (fault_) return std::unexpected(*fault_);
    return std::move(sections_);
  }

 private:
  static char* next_line(char* buffer, int size, void* self) {
    return static_cast<Reader*>(self)->next_line(buffer, static_cast<std::size_t>(size));
  }
  static int entry(void* self, const char*, const char* key, const char* value) {
    return static_cast<Reader*>(self)->entry(key, value);
  }

  char* next_line(char* buffer, std::size_t size) {
    if (fault_ || rest_.empty()) return nullptr;
    const auto end = std::min(rest_.find('\n'), rest_.size());
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    check(line, size);
    if (fault_) return nullptr;
    std::memcpy(buffer, line.data(), line.size());
    buffer[line.size()] = '\n';
    buffer[line.size() + 1] = 0;
    return buffer;
  }

  void check(std::string_view line, std::size_t size) {
    if (line.size() + 2 > size)
      return fault("the line has {} bytes, the limit is {}", line.size(), size - 2);
    if (line.ends_with('\r')) line.remove_suffix(1);
    for (const unsigned char c : line)
      if ((c < 0x20 && c != '\t') || c == 0x7f)
        return fault("the line holds a control character (0x{:02x})", c);
    const auto content = trimmed(line);
    continued_ = false;
    if (content.empty() || content.front() == ';' || content.front() == '#') return;
    if (line.front() == ' ' || line.front() == '\t') {
      continued_ = true;
      if (sections_.empty() || sections_.back().entries.empty())
        fault("the line begins with a blank; begin it in the first column");
    } else if (content.front() == '[') {
      header(content);
    } else if (sections_.empty()) {
      fault("'{}' stands before the first [section]", content);
    }
  }

  void header(std::string_view content) {
    const auto close = content.find(']');
    if (close == std::string_view::npos) return fault("'{}' has no closing ]", content);
    const auto name = content.substr(1, close - 1);
    const auto tail = content.substr(close + 1);
    const auto behind = trimmed(tail);
    if (!behind.empty() && (tail.front() == ';' || behind.front() != ';'))
      return fault("'{}' after the ] would be ignored; write it on its own line", behind);
    if (name.size() > kNameLimit)
      return fault("the section name has {} bytes, the limit is {}", name.size(), kNameLimit);
    sections_.push_back({std::string(name), line_, {}});
  }

  int entry(std::string_view key, std::string_view value) {
    if (fault_) return 0;
    auto& entries = sections_.back().entries;
    if (continued_) {
      entries.back().more.push_back({std::string(without_comment(value)), line_});
    } else if (key.size() > kNameLimit) {
      fault("the key has {} bytes, the limit is {}", key.size(), kNameLimit);
    } else if (key.empty()) {
      fault("there is no key before the '='");
    } else {
      entries.push_back({std::string(key), std::string(value), line_, {}});
    }
    return fault_ ? 0 : 1;
  }

  template <class... Args>
  void fault(fmt::format_string<Args...> text, Args&&... args) {
    if (fault_) return;
    fault_line_ = line_;
    fault_ =
        refuse("{}:{}: {}", name_, line_, fmt::format(text, std::forward<Args>(args)...)).error();
  }

  std::string_view name_, rest_;
  unsigned line_ = 0, fault_line_ = 0;
  bool continued_ = false;
  std::optional<Error> fault_;
  std::vector<IniSection> sections_;
};

}  // namespace

Result<std::vector<IniSection>> read_ini(std::string_view name, std::string_view text) {
  return Reader(name, text).run();
}

}  // namespace vfirst
