// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/ostree_commands.hpp"

#include "base/shell.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <span>

namespace vfirst {

namespace {

using List = std::vector<KernelArg>;

bool has(std::span<const KernelArg> list, const KernelArg& argument) {
  return std::ranges::find(list, argument.raw, &KernelArg::raw) != list.end();
}

bool has_same(const List& list, const KernelArg& argument) {
  return std::ranges::any_of(
      list, [&](const KernelArg& other) { return same_argument(other, argument); });
}

List without_first_of(List list, const List& gone) {
  for (const auto& argument : gone)
    if (const auto at = std::ranges::find(list, argument.raw, &KernelArg::raw); at != list.end())
      list.erase(at);
  return list;
}

bool same_words(const List& a, const List& b) {
  return std::ranges::equal(a, b, {}, &KernelArg::raw, &KernelArg::raw);
}

}  // namespace

std::vector<std::string> rpm_ostree_words(const OstreeNext& next, const Arguments& wanted) {
  const auto &now = next.all, &others = next.others;
  List gone = next.own, come = wanted.list();
  if (!same_words(without_first_of(now, gone), others)) {
    // From where on all is deleted: none of that stands before it, so nothing before it goes.
    auto from = next.at;
    const std::span all(now);
    while (from > 0 && std::ranges::any_of(all.subspan(from), [&](const KernelArg& argument) {
             return has(all.first(from), argument);
           }))
      --from;
    const auto at = static_cast<std::ptrdiff_t>(from);
    gone.assign(now.begin() + at, now.end());
    come.assign(others.begin() + at, others.end());
    come.insert(come.end(), wanted.begin(), wanted.end());
  }
  std::vector<std::string> words{"rpm-ostree", "kargs"};
  for (const auto& argument : gone)
    words.push_back("--delete=" + argument.raw);
  for (const auto& argument : come)
    words.push_back("--append=" + argument.raw);
  return words;
}

std::vector<std::string> bootc_words(const Arguments& wanted) {
  std::vector<std::string> words{
      "bootc", "loader-entries", "set-options-for-source", "--source", "vfirst"};
  if (!wanted.empty()) words.insert(words.end(), {"--options", wanted.str()});
  return words;
}

std::string lost_by_bootc(const OstreeNext& next, const Arguments& wanted) {
  List there = next.others;
  for (const auto& argument : wanted) {
    if (has_same(there, argument)) return argument.raw;
    there.push_back(argument);
  }
  return {};
}

std::string command_text(const std::vector<std::string>& words) {
  return joined(words, " ", [](const std::string& word) { return shell_word(word); });
}

}  // namespace vfirst
