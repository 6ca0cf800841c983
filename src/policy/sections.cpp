// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/sections.hpp"

#include "base/text.hpp"
#include "kargs/command_line.hpp"
#include "kargs/module_values.hpp"
#include "policy/extra.hpp"

#include <algorithm>

namespace vfirst {

bool is_section_name(std::string_view name) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  return name.find_first_not_of(kLetters) == std::string_view::npos;
}

Result<std::pair<unsigned, unsigned>> vf_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = parse_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1));
  if (!first || !last) return refuse("'{}' is not a range of VFs (0-3, or 2)", text);
  if (*first > *last || *last > 65534)
    return refuse("{} is out of range: 0 to 65534, the lower first", text);
  return std::pair(static_cast<unsigned>(*first), static_cast<unsigned>(*last));
}

ModulePolicy& module_section(Policy& policy, std::string_view name, const Origin& from) {
  const auto module = module_file_name(name);
  const auto at = std::ranges::find(policy.modules, module, &ModulePolicy::name);
  if (at != policy.modules.end()) return *at;
  return policy.modules.emplace_back(ModulePolicy{module, from, {}});
}

Status set_parameter(
    ModulePolicy& module, std::string_view key, std::string_view value, const Origin& from) {
  if (module.name.find('.') != module.name.npos || key.find('.') != key.npos ||
      !is_section_name(key))
    return refuse("'{}.{}' is not the parameter of a module", module.name, key);
  const auto parameter = module_file_name(key);
  if (value.find('"') != value.npos)
    return refuse("'{}' has a double quote, which the kernel command line cannot carry", value);
  const auto arg = VFIRST_TRY(make_arg(fmt::format("{}.{}", module.name, parameter), value));
  VFIRST_CHECK(check_extra(arg.raw));
  module.parameters[parameter] = {std::string(value), from};
  return {};
}

}  // namespace vfirst
