// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/vf_keys.hpp"

namespace vfirst {

namespace {

template <class Row, class T>
void add_text(std::string& out, const Row& row, const std::optional<T>& value) {
  if (!value) return;
  if (!out.empty()) out += ' ';
  std::string text;
  if constexpr (std::is_same_v<T, bool>)
    text = *value ? "on" : "off";
  else
    text = value::print(*value);
  out += fmt::format("{} {}{}", row.label.empty() ? row.key : row.label, text, row.unit);
}

}  // namespace

void override_with(VfSettings& settings, const VfSettings& later) {
  for_each_key(settings, [&](const auto& row, auto& setting) {
    if (later.*row.setting) setting = later.*row.setting;
  });
}

VfAttributes attributes_of(const VfSettings& settings) {
  VfAttributes out;
  for_each_attribute([&](const auto& row) {
    if (const auto& setting = settings.*row.setting) out.*row.payload = setting->value;
  });
  return out;
}

Coalescing coalescing_of(const CoalescingOf<Maybe>& settings) {
  Coalescing out;
  for_each_coalescing([&](const auto& row) {
    if (const auto& setting = settings.*row.setting) out.*row.payload = setting->value;
  });
  return out;
}

Origin origin_of_attributes(const VfSettings& settings) {
  std::optional<Origin> first;
  const auto look = [&](const auto& setting) {
    if (!setting) return;
    const auto& from = setting->from;
    if (!first || (from.file == first->file && from.line < first->line)) first = from;
  };
  look(settings.mac);
  look(settings.guid);
  for_each_attribute([&](const auto& row) { look(settings.*row.setting); });
  return first.value_or(Origin{});
}

const Origin* origin_of_coalescing(const CoalescingOf<Maybe>& settings) {
  const Origin* out = nullptr;
  for_each_coalescing([&](const auto& row) {
    if (const auto& setting = settings.*row.setting; setting && !out) out = &setting->from;
  });
  return out;
}

std::string text_of(const VfAttributes& attributes) {
  std::string out;
  for_each_attribute([&](const auto& row) { add_text(out, row, attributes.*row.payload); });
  return out;
}

std::string text_of(const Coalescing& coalescing) {
  std::string out;
  for_each_coalescing([&](const auto& row) { add_text(out, row, coalescing.*row.payload); });
  return out;
}

}  // namespace vfirst
