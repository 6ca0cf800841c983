// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/xml.hpp"

#include <array>
#include <optional>

namespace vfirst {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string resolved(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}}};
  std::string out;
  while (!text.empty()) {
    bool entity = false;
    for (const auto& [name, letter] : kEntities)
      if (text.starts_with(name)) {
        out += letter;
        text.remove_prefix(name.size());
        entity = true;
        break;
      }
    if (entity) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::vector<XmlTag>> run() {
    std::vector<XmlTag> out;
    for (;;) {
      const auto open = text_.find('<');
      if (open == text_.npos) break;
      text_.remove_prefix(open);
      if (passed_over("<!--", "-->") || passed_over("<![CDATA[", "]]>") ||
          passed_over("<?", "?>") || passed_over("<!", ">"))
        continue;
      if (broken_) return refuse("XML: it ends within {}", *broken_);
      if (text_.starts_with("</")) {
        text_.remove_prefix(2);
        const auto name = word();
        skip_blanks();
        if (within_.empty() || within_.back() != name || !take('>'))
          return refuse("XML: </{}> closes nothing", name);
        within_.pop_back();
        continue;
      }
      text_.remove_prefix(1);
      VFIRST_CHECK(start_tag(out));
    }
    if (!within_.empty()) return refuse("XML: <{}> is not closed", within_.back());
    return out;
  }

 private:
  bool passed_over(std::string_view begin, std::string_view end) {
    if (!text_.starts_with(begin) || broken_) return false;
    const auto at = text_.find(end, begin.size());
    if (at == text_.npos)
      broken_ = begin;
    else
      text_.remove_prefix(at + end.size());
    return !broken_;
  }

  Status start_tag(std::vector<XmlTag>& out) {
    XmlTag tag{within_, word(), {}};
    if (tag.name.empty()) return refuse("XML: a tag has no name");
    for (;;) {
      skip_blanks();
      if (take('/')) {
        if (!take('>')) return refuse("XML: <{}>: a '/' without '>'", tag.name);
        out.push_back(std::move(tag));
        return {};
      }
      if (take('>')) {
        within_.push_back(tag.name);
        out.push_back(std::move(tag));
        return {};
      }
      const auto key = word();
      skip_blanks();
      if (key.empty() || !take('=')) return refuse("XML: <{}> is not well-formed", tag.name);
      skip_blanks();
      const char quote = text_.empty() ? 0 : text_.front();
      const auto end = quote == '"' || quote == '\'' ? text_.find(quote, 1) : text_.npos;
      if (end == text_.npos) return refuse("XML: <{}>: the value of {} has no end", tag.name, key);
      tag.attributes[key] = resolved(text_.substr(1, end - 1));
      text_.remove_prefix(end + 1);
    }
  }

  std::string word() {
    const auto end = text_.find_first_of(" \t\r\n/>=<\"'");
    const std::string out(text_.substr(0, end));
    text_.remove_prefix(end == text_.npos ? text_.size() : end);
    return out;
  }
  void skip_blanks() {
    const auto end = text_.find_first_not_of(kBlank);
    text_.remove_prefix(end == text_.npos ? text_.size() : end);
  }
  bool take(char letter) {
    if (text_.empty() || text_.front() != letter) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::string_view text_;
  std::vector<std::string> within_;
  std::optional<std::string_view> broken_;
};

}  // namespace

std::string XmlTag::attribute(std::string_view key) const {
  const auto found = attributes.find(key);
  return found == attributes.end() ? std::string() : found->second;
}

bool XmlTag::inside(std::string_view element) const {
  return !within.empty() && within.back() == element;
}

Result<std::vector<XmlTag>> xml_tags(std::string_view text) {
  return Reader(text).run();
}

}  // namespace vfirst
