// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a grub.cfg as vfirst reads it, for tests/grub/emu, which has the real GRUB run it too.
// usage: shell_tool FOLDER      FOLDER is GRUB's own, with grub.cfg and grubenv in it.
//        shell_tool --line ROOT      prints the next boot's line of the host whose files these are.
// Prints what `echo` prints, then "doubt: ..." or the default entry with what it loads.
#include "base/words.hpp"
#include "host/root.hpp"
#include "loader/grub_menu.hpp"
#include "loader/next_line.hpp"

#include <cstdio>

using namespace vfirst;

int main(int count, char** words) {
  if (count > 2 && std::string_view(words[1]) == "--syntax") {
    const auto root = Root::open("/");
    for (int i = 2; i < count; ++i) {
      const auto fault = parse_grub(root->bytes(words[i] + 1).value_or("")).fault;
      std::printf("%s\n", fault.empty() ? "understood" : fault.c_str());
    }
    return 0;
  }
  if (count == 3 && std::string_view(words[1]) == "--line") {
    const auto root = Root::open(words[2]);
    if (!root) return 1;
    BootFacts boot;
    boot.loader = Loader::grub;
    const auto line = read_next_line(*root, boot);
    std::printf(
        "%s\n", line.known() ? line.cmdline().c_str() : ("not known: " + line.doubt).c_str());
    return 0;
  }
  if (count != 2) {
    std::fputs("usage: shell_tool FOLDER | --syntax FILE... | --line ROOT\n", stderr);
    return 64;
  }
  const std::string folder = words[1];
  const auto root = Root::open("/");
  if (!root) return 1;
  GrubMachine machine;
  machine.prefix = fmt::format("({}){}", kGrubDevice, folder);
  machine.platform = "emu";
  machine.echo = [](std::string_view line) {
    std::string text(line);
    for (auto& c : text)
      if (c == '\x02') c = '?';
    std::printf("%s\n", text.c_str());
  };
  machine.file = [&](std::string_view path) -> GrubMachine::File {
    auto text = root->bytes(path.substr(std::min(path.find("/"), path.size() - 1) + 1));
    if (!text) return {};
    return {std::move(*text), true};
  };
  const auto script = root->bytes(folder.substr(1) + "/grub.cfg");
  if (!script) return 1;
  auto state = grub_at_start(machine);
  GrubShell(machine, state).run(parse_grub(*script));
  const auto choice = default_choice(machine, state);
  if (!choice.doubt.empty()) std::printf("doubt: %s\n", choice.doubt.c_str());
}
