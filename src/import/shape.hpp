// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How a JSON value becomes a value in memory: one table for each struct (facts_document.cpp),
// walked by reader.hpp. Nothing is built in between.

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vfirst {

struct Shape;

// a member of an object
struct Field {
  std::string_view name;
  const Shape* shape;
  // where its value goes
  void* (*at)(void* object);
  bool needed = false;
};

struct Shape {
  enum class Kind { text, number, flag, object, list, map } kind;
  // "a CPU list", for refusals
  const char* what;
  // Text and numbers; false: not `what`.
  bool (*text)(void* to, std::string_view value) = nullptr;
  bool (*number)(void* to, std::uint64_t magnitude, bool negative) = nullptr;
  // object
  std::span<const Field> fields = {};
  // of a list or a map; of an optional: what it may hold
  const Shape* item = nullptr;
  // a list's next item, a map's new one (nullptr: there is one)
  void* (*add)(void* to, std::string_view key) = nullptr;
  // an optional's value, made; null leaves it out
  void* (*engage)(void* to) = nullptr;
  // null leaves the value as it is
  bool nullable = false;
  // an object or map is there
  void (*begun)(void* to) = nullptr;
};

template <class T>
// ::value is its Shape
struct ShapeOf;

template <class T>
inline constexpr const Shape* shape_of = &ShapeOf<T>::value;

template <class>
struct MemberOf;
template <class T, class Object>
struct MemberOf<T Object::*> {
  using Type = T;
  using Of = Object;
};

template <auto Member>
void* member(void* object) {
  return &(static_cast<typename MemberOf<decltype(Member)>::Of*>(object)->*Member);
}
inline void* itself(void* object) {
  return object;
}

template <auto Member>
constexpr Field field(
    std::string_view name,
    const Shape* shape = shape_of<typename MemberOf<decltype(Member)>::Type>) {
  return {name, shape, member<Member>, false};
}
template <auto Member>
constexpr Field needed(
    std::string_view name,
    const Shape* shape = shape_of<typename MemberOf<decltype(Member)>::Type>) {
  return {name, shape, member<Member>, true};
}

template <class T>
constexpr Shape object_shape(const char* what, std::span<const Field> fields) {
  return {.kind = Shape::Kind::object, .what = what, .fields = fields};
}

// Text that Type::parse(text) or the like makes a value of.
template <class T, auto Parse>
constexpr Shape parsed_shape(const char* what) {
  return {.kind = Shape::Kind::text, .what = what, .text = [](void* to, std::string_view value) {
            auto parsed = Parse(value);
            if (parsed) *static_cast<T*>(to) = std::move(*parsed);
            return static_cast<bool>(parsed);
          }};
}

template <class T, std::uint64_t Most = static_cast<std::uint64_t>(std::numeric_limits<T>::max())>
constexpr Shape number_shape(const char* what = "a number") {
  return {
      .kind = Shape::Kind::number,
      .what = what,
      .number = [](void* to, std::uint64_t magnitude, bool negative) {
        if (magnitude > Most || (negative && !std::is_signed_v<T>)) return false;
        *static_cast<T*>(to) = negative ? static_cast<T>(-static_cast<std::int64_t>(magnitude))
                                        : static_cast<T>(magnitude);
        return true;
      }};
}

template <>
struct ShapeOf<std::string> {
  static constexpr Shape value{
      .kind = Shape::Kind::text, .what = "a text", .text = [](void* to, std::string_view text) {
        *static_cast<std::string*>(to) = text;
        return true;
      }};
};
template <>
struct ShapeOf<bool> {
  static constexpr Shape value{.kind = Shape::Kind::flag, .what = "true or false"};
};
template <std::integral T>
struct ShapeOf<T> {
  static constexpr Shape value = number_shape<T>();
};
template <class T>
struct ShapeOf<std::optional<T>> {
  static constexpr Shape value{
      .kind = ShapeOf<T>::value.kind,
      .what = ShapeOf<T>::value.what,
      .item = shape_of<T>,
      .engage = [](void* to) -> void* { return &static_cast<std::optional<T>*>(to)->emplace(); },
      .nullable = true};
};
template <class T>
struct ShapeOf<std::vector<T>> {
  static constexpr Shape value{
      .kind = Shape::Kind::list,
      .what = "a list",
      .item = shape_of<T>,
      .add = [](void* to, std::string_view) -> void* {
        return &static_cast<std::vector<T>*>(to)->emplace_back();
      }};
};
template <class T>
struct ShapeOf<std::map<std::string, T>> {
  static constexpr Shape value{
      .kind = Shape::Kind::map,
      .what = "an object",
      .item = shape_of<T>,
      .add = [](void* to, std::string_view key) -> void* {
        const auto [at, fresh] =
            static_cast<std::map<std::string, T>*>(to)->try_emplace(std::string(key));
        return fresh ? &at->second : nullptr;
      }};
};

}  // namespace vfirst
