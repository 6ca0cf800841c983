// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_shell.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <utility>

namespace vfirst {

namespace {

// More statements than any configuration has: a loop without an end.
constexpr unsigned kMostStatements = 100'000;

// Split as GRUB splits a variable without quotes (grub_isspace).
std::vector<std::string_view> pieces_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r\v\f";
  std::vector<std::string_view> found;
  for (auto at = text.find_first_not_of(kBlanks); at != text.npos;) {
    const auto end = std::min(text.find_first_of(kBlanks, at), text.size());
    found.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return found;
}

// Into the first: what only one of the two has is unsure.
void join_menus(std::vector<GrubMenuEntry>& menu, const std::vector<GrubMenuEntry>& other) {
  const auto [ours, theirs] = std::ranges::mismatch(menu, other);
  for (auto at = ours; at != menu.end(); ++at)
    at->unsure = true;
  for (auto at = theirs; at != other.end(); ++at) {
    menu.push_back(*at);
    menu.back().unsure = true;
  }
}

}  // namespace

void GrubShell::run(const GrubSyntax& script, std::string_view from) {
  run_list(script.statements);
  if (!script.fault.empty() && state_.doubt.empty() && control_ != Control::end)
    state_.doubt = from.empty() ? script.fault : fmt::format("{}: {}", from, script.fault);
}

void GrubShell::run(const GrubMenuEntry& entry) {
  if (!entry.block) return;
  const auto outer = std::exchange(sourced_, entry.sourced);
  // Its first command is `setparams` (setparams_prefix in commands/menuentry.c).
  answer(Answer::yes);
  run_function(*entry.block, entry.arguments);
  sourced_ = outer;
}

GrubAnswer GrubShell::run_function(const GrubBlock& body, Words arguments) {
  auto outer = std::exchange(arguments_, std::move(arguments));
  const bool inside = std::exchange(in_function_, true);
  const auto last = run_list(body);
  in_function_ = inside;
  arguments_ = std::move(outer);
  if (control_ == Control::leave) control_ = Control::none;
  return last;
}

void GrubShell::doubt(unsigned line, std::string_view why) {
  if (state_.doubt.empty())
    state_.doubt = fmt::format("line {}: {}", sourced_ ? sourced_ : line, why);
}

// Sets "$?" as well: of a failure it keeps the number that the command has set.
GrubAnswer GrubShell::answer(Answer answer) {
  const auto& number = state_.value("?");
  if (answer == Answer::yes) state_.set("?", "0");
  if (answer == Answer::no && (number.empty() || number == "0")) state_.set("?", "1");
  if (answer == Answer::unknown) state_.set("?", unknown_value("?"));
  return answer;
}

GrubAnswer GrubShell::run_list(const GrubBlock& block) {
  auto last = Answer::yes;
  for (const auto& statement : block) {
    if (control_ != Control::none) break;
    if (++statements_ > kMostStatements) {
      doubt(statement.line, "a loop that does not end");
      control_ = Control::end;
    } else {
      last = run_statement(statement);
    }
  }
  return last;
}

GrubAnswer GrubShell::run_statement(const GrubStatement& statement) {
  if (depth_ >= kGrubDepth) {
    doubt(statement.line, "more than 64 commands within one another");
    return Answer::unknown;
  }
  ++depth_;
  auto last = Answer::yes;
  switch (statement.kind) {
    case GrubStatement::Kind::command: last = run_command(statement); break;
    case GrubStatement::Kind::condition: last = run_condition(statement); break;
    case GrubStatement::Kind::each: last = run_each(statement); break;
    case GrubStatement::Kind::repeat: last = run_repeat(statement); break;
    case GrubStatement::Kind::function:
      state_.functions[statement.name] = std::make_shared<const GrubBlock>(statement.body);
      break;
  }
  --depth_;
  // The parser alone sees a function.
  return statement.kind == GrubStatement::Kind::function ? last : answer(last);
}

GrubAnswer GrubShell::run_condition(const GrubStatement& statement) {
  auto test = run_list(statement.test);
  if (control_ != Control::none) return test;
  // GRUB asks the variable, which the last command set.
  if (visit_) test = Answer::unknown;
  if (test == Answer::yes) return answer(run_list(statement.body));
  if (test == Answer::no) return answer(run_list(statement.otherwise));
  return run_both(statement);
}

// Either branch may be the one: what comes out the same of both is sure.
GrubAnswer GrubShell::run_both(const GrubStatement& statement) {
  const auto before = state_;
  const auto yes = answer(run_list(statement.body));
  const auto control = std::exchange(control_, Control::none);
  auto other = std::exchange(state_, before);
  const auto no = answer(run_list(statement.otherwise));
  if (visit_)
    control_ = Control::none;
  else if (control_ != control)
    doubt(statement.line, "what the script does next depends on what only GRUB knows");
  join(other);
  return yes == no ? yes : answer(Answer::unknown);
}

GrubAnswer GrubShell::run_each(const GrubStatement& statement) {
  auto last = Answer::yes;
  for (auto& word : replaced(statement.words)) {
    state_.set(statement.name, word);
    last = run_list(statement.body);
    if (ends_loop()) break;
  }
  return last;
}

GrubAnswer GrubShell::run_repeat(const GrubStatement& statement) {
  for (;;) {
    auto test = run_list(statement.test);
    if (visit_ && control_ == Control::none) {
      run_list(statement.body);
      ends_loop();
      return Answer::yes;
    }
    if (test == Answer::unknown) {
      doubt(statement.line, "a loop whose end only GRUB knows");
      return test;
    }
    if (control_ != Control::none || (test == Answer::yes) == statement.until) return test;
    const auto last = run_list(statement.body);
    if (ends_loop()) return last;
  }
}

bool GrubShell::ends_loop() {
  if (control_ == Control::next_round) control_ = Control::none;
  if (control_ == Control::stop_loop) {
    control_ = Control::none;
    return true;
  }
  return control_ != Control::none;
}

// The values of a variable as words: several where it stands without quotes and has blanks.
std::vector<std::string> GrubShell::values(const GrubPart& part) const {
  const bool split = part.kind == GrubPart::Kind::variable;
  const auto& name = part.text;
  Words texts;
  if (name == "@" || name == "*")
    texts = arguments_;
  else if (name == "#")
    texts = {in_function_ ? std::to_string(arguments_.size()) : std::string()};
  else if (const auto number = parse_number(name))
    texts = {*number > 0 && *number <= arguments_.size() ? arguments_[*number - 1] : ""};
  else
    texts = {state_.value(name)};
  if (name == "*" && !split) texts = {joined(texts, " ")};
  if (!split) return texts;
  Words pieces;
  for (const auto& text : texts)
    for (const auto piece : pieces_of(text))
      pieces.emplace_back(piece);
  return pieces;
}

// The words of a command with the variables put in (grub_script_arglist_to_argv). A word that is a
// variable without quotes is no word where the variable is not set. Patterns of file names stay as
// they stand.
std::vector<std::string> GrubShell::replaced(const std::vector<GrubWord>& list) const {
  Words all;
  for (const auto& word : list) {
    std::optional<std::string> text;
    for (const auto& part : word) {
      const bool variable =
          part.kind == GrubPart::Kind::variable || part.kind == GrubPart::Kind::quoted_variable;
      if (part.kind == GrubPart::Kind::text) {
        text = text.value_or("") + without_backslashes(part.text);
      } else if (!variable) {
        text = text.value_or("") + part.text;
      } else {
        const auto pieces = values(part);
        for (std::size_t i = 0; i < pieces.size(); ++i) {
          if (i > 0 && text) all.push_back(*std::exchange(text, std::nullopt));
          text = text.value_or("") + pieces[i];
        }
      }
    }
    if (text) all.push_back(std::move(*text));
  }
  return all;
}

void GrubShell::join(GrubState& other) {
  auto& state = state_;
  for (auto& [name, variable] : other.variables) {
    const auto found = state.variables.find(name);
    if (found == state.variables.end())
      state.variables.emplace(name, GrubVariable{unknown_value(name), variable.exported});
    else if (found->second.value != variable.value)
      found->second = {unknown_value(name), found->second.exported || variable.exported};
    else
      found->second.exported |= variable.exported;
  }
  for (auto& [name, variable] : state.variables)
    if (!other.variables.contains(name)) variable.value = unknown_value(name);
  join_menus(state.menu, other.menu);
  for (auto& load : other.loads)
    if (std::ranges::find(state.loads, load) == state.loads.end())
      state.loads.push_back(std::move(load));
  if (state.doubt.empty()) state.doubt = std::move(other.doubt);
}

}  // namespace vfirst
