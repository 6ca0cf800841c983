// SPDX-License-Identifier: GPL-2.0-or-later
// The part of GVariant's format that this file needs: arrays, dictionary entries and strings
// (GVariant specification 2.5; glib/gvariant-serialiser.c). The ends of what has no fixed size
// stand as numbers at the end of what holds it.
#include "loader/staged_deployment.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace vfirst {

namespace {

using Text = std::string_view;

std::size_t offset_size(Text container) {
  if (container.size() <= 0xff) return 1;
  return container.size() <= 0xffff ? 2 : 4;
}

// The number that begins at `at`; absent where it does not lie inside.
std::optional<std::size_t> offset_at(Text container, std::size_t at) {
  const auto size = offset_size(container);
  if (at > container.size() || size > container.size() - at) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= std::uint32_t{static_cast<unsigned char>(container[at + i])} << (8 * i);
  return value;
}

std::size_t aligned(std::size_t at, std::size_t alignment) {
  return (at + alignment - 1) / alignment * alignment;
}

// Of an array whose elements have no fixed size. Absent where it is not one.
std::optional<std::vector<Text>> elements(Text array, std::size_t alignment) {
  std::vector<Text> out;
  if (array.empty()) return out;
  const auto size = offset_size(array);
  if (array.size() < size) return std::nullopt;
  const auto table = offset_at(array, array.size() - size);
  if (!table || *table > array.size() - size) return std::nullopt;
  std::size_t begin = 0;
  for (auto at = *table; at < array.size(); at += size) {
    const auto end = offset_at(array, at);
    begin = aligned(begin, alignment);
    if (!end || *end < begin || *end > *table) return std::nullopt;
    out.push_back(array.substr(begin, *end - begin));
    begin = *end;
  }
  return out;
}

// Without the NUL that ends it.
std::optional<std::string> string_of(Text text) {
  if (text.empty() || text.find('\0') != text.size() - 1) return std::nullopt;
  return std::string(text.substr(0, text.size() - 1));
}

struct Pair {
  std::string key;
  Text value;
};

std::optional<Pair> pair_of(Text entry, std::size_t alignment) {
  const auto size = offset_size(entry);
  if (entry.size() < size) return std::nullopt;
  const auto end = offset_at(entry, entry.size() - size);
  if (!end) return std::nullopt;
  const auto begin = aligned(*end, alignment);
  if (begin > entry.size() - size) return std::nullopt;
  auto key = string_of(entry.substr(0, *end));
  if (!key) return std::nullopt;
  return Pair{std::move(*key), entry.substr(begin, entry.size() - size - begin)};
}

// The content of a variant of this type.
std::optional<Text> content_of(Text variant, Text type) {
  const auto at = variant.rfind('\0');
  if (at == variant.npos || variant.substr(at + 1) != type) return std::nullopt;
  return variant.substr(0, at);
}

bool read_arguments(Text variant, StagedDeployment& into) {
  const auto content = content_of(variant, "as");
  const auto all = content ? elements(*content, 1) : std::nullopt;
  if (!all) return false;
  for (const auto& element : *all) {
    auto word = string_of(element);
    if (!word) return false;
    into.arguments.push_back(std::move(*word));
  }
  return true;
}

bool read_keys(Text variant, StagedDeployment& into) {
  const auto content = content_of(variant, "a{ss}");
  const auto all = content ? elements(*content, 1) : std::nullopt;
  if (!all) return false;
  for (const auto& element : *all) {
    auto pair = pair_of(element, 1);
    auto value = pair ? string_of(pair->value) : std::nullopt;
    if (!value) return false;
    into.keys[std::move(pair->key)] = std::move(*value);
  }
  return true;
}

}  // namespace

Result<StagedDeployment> StagedDeployment::parse(std::string_view text) {
  // A value of a dictionary is a variant, which is aligned to 8 bytes.
  constexpr std::size_t kVariant = 8;
  StagedDeployment staged;
  const auto all = elements(text, kVariant);
  if (!all) return refuse("is not what ostree writes");
  bool found = false;
  for (const auto& element : *all) {
    const auto pair = pair_of(element, kVariant);
    if (!pair) return refuse("is not what ostree writes");
    if (pair->key == "kargs") {
      found = true;
      if (!read_arguments(pair->value, staged)) return refuse("kargs: is no list of strings");
    }
    if (pair->key == "bootconfig-extra" && !read_keys(pair->value, staged))
      return refuse("bootconfig-extra: is no list of keys with values");
  }
  if (!found) return refuse("names no kernel arguments");
  return staged;
}

}  // namespace vfirst
