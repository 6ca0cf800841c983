// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Describes how a JSON value becomes a value in memory: one table for each struct
// (facts_document.cpp), which reader.hpp follows. No tree is built in between.

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

// A member of an object.
struct Field {
  std::string_view name;
  const Shape* shape;
  // The address of the member in the struct.
  void* (*at)(void* object);
  bool needed = false;
};

struct Shape {
  enum class Kind { text, number, flag, object, list, map } kind;
  // The name of what is expected, for refusals: "a CPU list".
  const char* what;
  // For text and numbers. False: the value is not `what`.
  bool (*text)(void* to, std::string_view value) = nullptr;
  bool (*number)(void* to, std::uint64_t magnitude, bool negative) = nullptr;
  // For an object.
  std::span<const Field> fields = {};
  // The shape of an item of a list or map, or of the value of an optional.
  const Shape* item = nullptr;
  // Adds an item to a list, or one with this key to a map. nullptr: the key is there already.
  void* (*add)(void* to, std::string_view key) = nullptr;
  // Creates the value of an optional. It stays absent for null.
  void* (*engage)(void* to) = nullptr;
  // null leaves the value unchanged.
  bool nullable = false;
  // Called when an object or map is present.
  void (*begun)(void* to) = nullptr;
};

template <class T>
// ::value is the Shape of T.
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

// For text that Type::parse(text) or a similar function turns into a value.
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
