// SPDX-License-Identifier: GPL-2.0-or-later
// Values of keys about the whole host: page sizes, isolation, frequency.
#include "base/words.hpp"
#include "policy/values.hpp"

#include <algorithm>
#include <utility>

namespace vfirst::value {

namespace {

constexpr std::pair<std::string_view, Frequency> kFrequencies[] = {
    {"performance", Frequency::performance},
    {"powersave", Frequency::powersave},
    {"schedutil", Frequency::schedutil}};

}  // namespace

Result<ByteSize> hugepage_size(std::string_view text) {
  const auto size = ByteSize::parse(text);
  if (!size || std::ranges::find(kHugepageSizes, *size) == std::end(kHugepageSizes))
    return refuse("'{}' is not {}", text, joined_with("or", kHugepageSizes, &ByteSize::str));
  return *size;
}

Result<Isolation> isolation(std::string_view text) {
  if (text == "balanced") return Isolation::balanced;
  const auto plain = yes_no(text);
  if (!plain) return refuse("'{}' is not yes, no or balanced", text);
  return *plain ? Isolation::full : Isolation::none;
}

Result<Frequency> frequency(std::string_view text) {
  for (const auto& [name, each] : kFrequencies)
    if (name == text) return each;
  return refuse("'{}' is not {}", text, joined_with("or", kFrequencies, [](const auto& one) {
                  return one.first;
                }));
}

std::string print(Isolation isolation) {
  return isolation == Isolation::balanced ? "balanced" : print(isolation == Isolation::full);
}

std::string print(Frequency wanted) {
  for (const auto& [name, each] : kFrequencies)
    if (each == wanted) return std::string(name);
  return {};
}

}  // namespace vfirst::value
