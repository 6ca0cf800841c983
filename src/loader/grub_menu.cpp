// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_menu.hpp"

#include "loader/grub_condition.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// menuentry_eq: the text up to a '>' that stands alone; '>>' stands for one in a title.
bool is_named(std::string_view name, std::string_view chosen) {
  for (std::size_t i = 0, j = 0;; ++i, ++j) {
    const bool ends = i == name.size();
    if (j < chosen.size() && chosen[j] == '>') {
      if (j + 1 == chosen.size() || chosen[j + 1] != '>') return ends;
      ++j;
    }
    if (ends) return j == chosen.size();
    if (j == chosen.size() || name[i] != chosen[j]) return false;
  }
}

// The ids of the entries that were chosen, as `savedefault` saves them.
void add_chosen(GrubState& state, std::string_view id) {
  auto chosen = state.value("chosen");
  if (!chosen.empty()) chosen += '>';
  for (const char c : id)
    chosen.append(c == '>' ? 2 : 1, c);
  state.variables["chosen"] = {std::move(chosen), true};
}

}  // namespace

std::string_view chosen_inside(std::string_view chosen) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] != '>') continue;
    if (i + 1 < chosen.size() && chosen[i + 1] == '>')
      ++i;
    else
      return chosen.substr(i + 1);
  }
  return {};
}

GrubPick pick_entry(
    const std::vector<GrubMenuEntry>& menu, std::string_view chosen, GrubKind kind) {
  const auto end = menu.size();
  const auto number = grub_number(chosen);
  const bool only_digits = std::ranges::all_of(chosen, [](char c) { return c >= '0' && c <= '9'; });
  auto named = end;
  bool unsure = false;
  if (!chosen.empty() && !only_digits)
    for (std::size_t i = 0; i < end && named == end; ++i) {
      const bool fits = is_named(menu[i].title, chosen) || is_named(menu[i].id, chosen);
      if (menu[i].blscfg || (fits && menu[i].unsure))
        unsure = true;
      else if (fits)
        named = i;
    }
  // Digits with something behind them.
  const bool either = number && !only_digits;
  const bool by_name = !number || (either && kind == GrubKind::red_hat);
  if (either && kind == GrubKind::unknown && named != end && named != *number) return {named, true};
  if (by_name && named != end) return {named, unsure};

  auto index = !by_name && number && *number < end ? static_cast<std::size_t>(*number) : end;
  // An entry that may not be there moves those behind it, and a number past the end names it.
  const bool past_end = index == end;
  if (past_end) index = 0;
  unsure = unsure && by_name;
  const auto last = past_end && number ? end : index + 1;
  for (std::size_t i = 0; i < std::min(last, end); ++i)
    unsure = unsure || menu[i].unsure;
  return {index, unsure || (end > 0 && menu[index].loose)};
}

GrubChoice default_choice(const GrubMachine& machine, const GrubState& start) {
  GrubChoice choice;
  auto state = start;
  const auto give_up = [&](std::string why) {
    choice.doubt = std::move(why);
    return choice;
  };
  for (;;) {
    if (!state.doubt.empty()) return give_up(state.doubt);
    if (state.menu.empty()) return choice;
    const auto chosen = state.value("default");
    if (is_unknown(chosen))
      return give_up(fmt::format(
          "which entry is the default is in ${}, which only GRUB knows", unknown_name(chosen)));
    const auto pick = pick_entry(state.menu, chosen, machine.kind);
    if (pick.unsure) return give_up(fmt::format("which entry '{}' is, only GRUB knows", chosen));
    const auto entry = state.menu[pick.index];
    choice.path.push_back(entry);
    choice.place.push_back(pick.index);
    const std::string inside(chosen_inside(chosen));
    if (entry.submenu) state = state.inner();
    add_chosen(state, entry.id);
    if (inside.empty())
      state.variables.erase("default");
    else
      state.set("default", inside);
    state.menu.clear();
    state.loads = {{}};
    state.taken_over = false;
    GrubShell(machine, state).run(entry);
    if (!state.doubt.empty()) return give_up(state.doubt);
    if (!entry.submenu && !state.taken_over) {
      choice.loads = state.loads;
      return choice;
    }
    if (choice.path.size() > 16) return give_up("menus that lead to one another without an end");
  }
}

}  // namespace vfirst
