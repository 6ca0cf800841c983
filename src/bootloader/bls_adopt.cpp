// SPDX-License-Identifier: GPL-2.0-or-later
// How somebody else's arguments in entries, /etc/kernel/cmdline and grubenv come into our hands.
#include "bootloader/bls_backend.hpp"
#include "bootloader/bls_limits.hpp"

#include <algorithm>

namespace vfirst {

Result<Adoption> BlsBackend::adopt(const Arguments& foreign) {
  auto view = VFIRST_TRY(look());
  auto& state = view.state;
  Adoption adoption;
  Arguments fresh;
  for (const auto& argument : foreign) {
    // This boot's alone.
    if (bls_sources(files_, root_, view, argument).empty()) continue;
    adoption.taken.append(argument);
    if (!state.adopted.contains(argument)) fresh.append(argument);
  }
  const bool cut_short = state.wanted && state.wanted->plan == kAdopted;
  if (adoption.taken.empty() && !cut_short) return adoption;
  if (!fresh.empty()) {
    state.adopted = state.adopted.then(fresh);
    state.good.arguments = fresh.then(state.good.arguments);
    // A rollback, too, is to leave the kernel what it had.
    if (state.previous) state.previous->arguments = fresh.then(state.previous->arguments);
  }
  VFIRST_CHECK(loader_can_carry(boot_, state.good.arguments));
  const auto changes = VFIRST_TRY(edits(view, state.good.arguments));
  if (state.kernelopts_before.empty() || !fresh.empty())
    state.kernelopts_before = changes.kernelopts_without;
  // A copy from before these arguments came is none of what remove has to give back.
  std::erase_if(state.files, [&](const BlsState::File& file) {
    const auto edit = std::ranges::find(changes.entries, file.path, &BlsEdit::id);
    return edit != changes.entries.end() &&
           edit->without != files_.read(file.copy).value_or(edit->without);
  });
  for (const auto& argument : adoption.taken)
    for (const auto& source : default_sources(files_, argument))
      adoption.notes.push_back(sentence(fmt::format(
          "{}: {} stands here, too; a grub2-mkconfig that writes the entries anew would bring it "
          "back",
          source.str(), argument.raw)));
  adoption.wrote = true;
  VFIRST_CHECK(make_good(
      view, changes, {std::string(kAdopted), state.good.arguments}, state.previous, state.failed,
      adoption.notes));
  return adoption;
}

}  // namespace vfirst
