// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/isolcpus.hpp"

#include <algorithm>

namespace vfirst {

namespace {
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
}  // namespace

IsolcpusValue split_isolcpus(std::string_view value) {
  IsolcpusValue out;
  while (!value.empty() && letter(value.front())) {
    const auto comma = value.find(',');
    const auto word = value.substr(0, comma);
    const bool complete = comma != std::string_view::npos;
    value.remove_prefix(complete ? comma + 1 : value.size());
    if (complete && word == "nohz")
      out.nohz = true;
    else if (complete && word == "domain")
      out.domain = true;
    else if (complete && word == "managed_irq")
      out.managed_irq = true;
    else if (std::all_of(word.begin(), word.end(), [](char c) { return letter(c) || c == '_'; }))
      out.unknown.emplace_back(word);
    else {
      out.invalid = word;
      return out;
    }
  }
  if (!out.nohz && !out.domain && !out.managed_irq) out.domain = true;
  out.list = value;
  return out;
}

}  // namespace vfirst
