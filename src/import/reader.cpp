// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/reader.hpp"

#include "import/json_text.hpp"

#include <algorithm>

namespace vfirst {

namespace {

using Kind = Shape::Kind;

class Reader {
 public:
  Reader(std::string_view name, std::string_view text) : name_(name), text_(text) {}

  Status run(const Shape& shape, void* to) {
    if (value(shape, to) && !text_.ended()) broken();
    if (error_) return std::unexpected(std::move(*error_));
    return {};
  }

 private:
  // One step of the path to the value that is being read.
  struct Step {
    // A member of an object.
    std::string_view member;
    // A key of a map.
    std::string key;
    std::size_t index = 0;
    Kind kind;
  };

  // All of these return false after an error.
  bool value(const Shape& of, void* to) {
    const auto* shape = &of;
    const auto first = text_.next();
    if (first == 'n') {
      if (!text_.word("null")) return broken();
      return shape->nullable || wrong(*shape, "null");
    }
    for (; shape->engage; shape = shape->item)
      to = shape->engage(to);
    switch (first) {
      case '{':
        return shape->kind == Kind::object ? object(*shape, to)
               : shape->kind == Kind::map  ? map(*shape, to)
                                           : wrong(*shape, "an object");
      case '[': return shape->kind == Kind::list ? list(*shape, to) : wrong(*shape, "a list");
      case '"': return text(*shape, to);
      case 't': return text_.word("true") ? flag(*shape, to, true) : broken();
      case 'f': return text_.word("false") ? flag(*shape, to, false) : broken();
      default: return number(*shape, to);
    }
  }

  bool text(const Shape& shape, void* to) {
    const auto string = text_.string();
    if (!string) return broken();
    if (shape.kind == Kind::text && shape.text(to, *string)) return true;
    return wrong(shape, string->size() <= 60 ? fmt::format("'{}'", printable(*string)) : "a text");
  }
  bool flag(const Shape& shape, void* to, bool on) {
    if (shape.kind != Kind::flag) return wrong(shape, on ? "true" : "false");
    *static_cast<bool*>(to) = on;
    return true;
  }
  bool number(const Shape& shape, void* to) {
    const auto read = text_.number();
    if (!read) return broken();
    if (shape.kind == Kind::number && read->magnitude &&
        shape.number(to, *read->magnitude, read->negative))
      return true;
    return wrong(shape, read->text);
  }

  bool list(const Shape& shape, void* to) {
    text_.take('[');
    if (text_.take(']')) return true;
    way_.push_back({{}, {}, 0, Kind::list});
    do {
      if (!value(*shape.item, shape.add(to, {}))) return false;
      ++way_.back().index;
    } while (text_.take(','));
    return text_.take(']') ? leave() : broken();
  }

  bool map(const Shape& shape, void* to) {
    if (shape.begun) shape.begun(to);
    text_.take('{');
    if (text_.take('}')) return true;
    way_.push_back({{}, {}, 0, Kind::map});
    do {
      const auto key = text_.string();
      if (!key) return broken();
      way_.back().key = *key;
      auto* item = shape.add(to, *key);
      if (!item) return fail("this is there twice");
      if (!text_.take(':')) return broken();
      if (!value(*shape.item, item)) return false;
    } while (text_.take(','));
    return text_.take('}') ? leave() : broken();
  }

  // The members of a document are nearly always in the order of the table.
  bool object(const Shape& shape, void* to) {
    if (shape.begun) shape.begun(to);
    text_.take('{');
    const auto fields = shape.fields;
    std::uint64_t seen = 0;
    if (!text_.take('}')) {
      way_.push_back({{}, {}, 0, Kind::object});
      std::size_t guess = 0;
      do {
        const auto name = text_.string();
        if (!name) return broken();
        auto at = guess;
        if (at >= fields.size() || fields[at].name != *name)
          at = static_cast<std::size_t>(
              std::ranges::find(fields, *name, &Field::name) - fields.begin());
        const bool known = at < fields.size();
        way_.back().member = known ? fields[at].name : std::string_view();
        if (!text_.take(':')) return broken();
        if (!known) {
          if (!text_.skip()) return broken();
          continue;
        }
        guess = at + 1;
        if (seen >> at & 1) return fail("this is there twice");
        seen |= std::uint64_t{1} << at;
        if (!value(*fields[at].shape, fields[at].at(to))) return false;
      } while (text_.take(','));
      if (!text_.take('}')) return broken();
      leave();
    }
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (fields[i].needed && !(seen >> i & 1))
        return fail(fmt::format("{} without '{}'", shape.what, fields[i].name));
    return true;
  }

  bool leave() { return way_.pop_back(), true; }
  bool wrong(const Shape& shape, std::string_view is) {
    return fail(fmt::format("{}, not {}", is, shape.what));
  }
  bool broken() { return fail(fmt::format("not JSON at byte {}", text_.at())); }
  bool fail(const std::string& what) {
    if (!error_) error_ = refuse("{}: {}{}", name_, place(), what).error();
    return false;
  }
  // A refusal is one line.
  static std::string printable(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return out;
  }

  // A JSON pointer (RFC 6901); empty for the document itself.
  std::string place() const {
    std::string out;
    for (const auto& step : way_) {
      // A member that is not known.
      if (step.kind == Kind::object && step.member.empty()) break;
      out += '/';
      if (step.kind == Kind::list)
        out += std::to_string(step.index);
      else if (step.kind == Kind::object)
        out += step.member;
      else
        for (const char c : printable(step.key))
          out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return out.empty() ? out : out + ": ";
  }

  std::string_view name_;
  JsonText text_;
  std::vector<Step> way_;
  std::optional<Error> error_;
};

}  // namespace

Status read_json(std::string_view name, std::string_view text, const Shape& shape, void* to) {
  return Reader(name, text).run(shape, to);
}

}  // namespace vfirst
