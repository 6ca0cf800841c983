// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Runs a script of GRUB's as GRUB would (grub-core/script/execute.c), without a machine. What only
// the machine can say at boot is unknown here, and what depends on it is marked as such: nothing is
// guessed.

#include "loader/grub_syntax.hpp"

#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// A value, or a part of one, that only GRUB knows at boot. It goes through the script like any
// other text, and names what it stands for: "root", the name of a variable, or a command.
std::string unknown_value(std::string_view name);
bool is_unknown(std::string_view text);
// What the first unknown part of the text stands for; "" where there is none.
std::string unknown_name(std::string_view text);

// Stands for the device that GRUB's own files and the configuration are on, in the variables
// "root" and "prefix" as GRUB starts.
inline constexpr std::string_view kGrubDevice =
    "\x02"
    "device"
    "\x02";

// Whose GRUB it is. Fedora's and RHEL's differs from others in how it finds the default entry and
// in the order of entries that lie in files.
enum class GrubKind { unknown, upstream, red_hat };

// What the script may ask for.
struct GrubMachine {
  GrubKind kind = GrubKind::unknown;
  struct File {
    std::optional<std::string> text;
    // False: whether the file is there is not known.
    bool known = true;
  };
  // A file as the script names it: "(hd0,gpt1)/grub/grubenv", "/boot/grub/custom.cfg". Unset: of
  // no file is anything known.
  std::function<File(std::string_view path)> file;
  struct EntryFile {
    // Below the root: "boot/loader/entries/x.conf".
    std::string path;
    std::string text;
  };
  // The files *.conf in a folder as GRUB names it, "/loader/entries". Unset, or nothing: what is
  // there is not known.
  std::function<std::optional<std::vector<EntryFile>>(std::string_view folder)> entries;
  // Called with each line that the script prints.
  std::function<void(std::string_view line)> echo;
  // "pc", "efi"; "" unknown.
  std::string platform;
  // GRUB's variable of this name: the folder of its own files.
  std::string prefix;
};

// What a menu entry loads to be booted.
struct GrubLoad {
  // "linux", "chainloader", "multiboot2"; "" nothing.
  std::string command;
  // The file first.
  std::vector<std::string> words;
  std::vector<std::string> initrds;
  // Of the command, or of the one that reads the file it stands in.
  unsigned line = 0;
  bool operator==(const GrubLoad&) const = default;
};

struct GrubMenuEntry {
  std::string title, id;
  bool submenu = false;
  // Only at boot will it be known whether the menu has it.
  bool unsure = false;
  // Stands for entries of the Boot Loader Specification (the command blscfg), however many.
  bool blscfg = false;
  // Made of one of those; "" for any other entry.
  std::string file;
  // GRUBs differ on its place among its neighbours that are so, too.
  bool loose = false;
  unsigned line = 0;
  // It stands in a file that the command of this line reads; 0 for none.
  unsigned sourced = 0;
  // $1, $2 … in its block.
  std::vector<std::string> arguments;
  std::shared_ptr<const GrubBlock> block;
  bool operator==(const GrubMenuEntry&) const = default;
};

struct GrubVariable {
  std::string value;
  // A submenu sees it.
  bool exported = false;
  bool operator==(const GrubVariable&) const = default;
};

// All that a script leaves behind.
struct GrubState {
  std::map<std::string, GrubVariable, std::less<>> variables;
  std::vector<GrubMenuEntry> menu;
  // One where it is certain, else each that may be.
  std::vector<GrubLoad> loads{{}};
  std::map<std::string, std::shared_ptr<const GrubBlock>, std::less<>> functions;
  // Another configuration took over: the menu is that one's.
  bool taken_over = false;
  // Why it cannot be told what else the script does, a sentence; "" where it can.
  std::string doubt;

  // "" where it is not set.
  const std::string& value(std::string_view name) const;
  void set(std::string_view name, std::string value);
  // What a submenu or another configuration file starts with.
  GrubState inner() const;
};

// What GRUB has set before it reads its configuration.
GrubState grub_at_start(const GrubMachine& machine);

enum class GrubAnswer { yes, no, unknown };

class GrubShell {
 public:
  // Both must outlive this. It changes the state.
  GrubShell(const GrubMachine& machine, GrubState& state) : machine_(machine), state_(state) {}

  // Goes into every branch from now on, and calls this for each load that it comes by.
  void visit_loads(std::function<void(const GrubLoad&)> visit) { visit_ = std::move(visit); }
  // A whole script; `from` is for the doubt, and names where it stands.
  void run(const GrubSyntax& script, std::string_view from = {});
  // The block of a menu entry or of a submenu.
  void run(const GrubMenuEntry& entry);

 private:
  using Words = std::vector<std::string>;
  using Answer = GrubAnswer;
  // What the next statement is: the one behind, or none of this function, loop or script.
  enum class Control { none, leave, stop_loop, next_round, end };

  void doubt(unsigned line, std::string_view why);
  Answer answer(Answer answer);

  Answer run_list(const GrubBlock& block);
  Answer run_statement(const GrubStatement& statement);
  Answer run_condition(const GrubStatement& statement);
  Answer run_both(const GrubStatement& statement);
  Answer run_each(const GrubStatement& statement);
  Answer run_repeat(const GrubStatement& statement);
  Answer run_function(const GrubBlock& body, Words arguments);
  bool ends_loop();
  void join(GrubState& other);

  Words values(const GrubPart& part) const;
  Words replaced(const std::vector<GrubWord>& list) const;

  // The commands.
  Answer run_command(const GrubStatement& statement);
  Answer dispatch(const Words& words, const GrubStatement& statement);
  Answer set(const Words& words);
  Answer unset(const Words& words);
  Answer export_names(const Words& words);
  Answer echo(const Words& words);
  Answer load_env(const Words& words, unsigned line);
  Answer source(const Words& words, unsigned line);
  Answer configfile(const Words& words, unsigned line);
  Answer eval(const Words& words, unsigned line);
  Answer run_text(const std::string& text, unsigned line);
  Answer add_entry(const Words& words, const GrubStatement& statement);
  Answer add_bls_entries(const Words& words, unsigned line);
  // What blscfg makes of a file; nothing where it passes over it.
  std::optional<GrubMenuEntry> bls_entry(const GrubMachine::EntryFile& file, unsigned line) const;
  Answer set_parameters(const Words& words);
  Answer shift(const Words& words);
  Answer leave(const Words& words, unsigned line);
  Answer load(const Words& words, unsigned line);
  Answer initrd(const Words& words);
  Answer run_unmodelled(const Words& words);
  GrubMachine::File file(std::string path) const;

  const GrubMachine& machine_;
  GrubState& state_;
  std::function<void(const GrubLoad&)> visit_;
  // Of the function or menu entry that runs.
  Words arguments_;
  bool in_function_ = false;
  Control control_ = Control::none;
  unsigned statements_ = 0, depth_ = 0;
  // As GrubMenuEntry::sourced.
  unsigned sourced_ = 0;
};

}  // namespace vfirst
