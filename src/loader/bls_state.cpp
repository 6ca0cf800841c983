// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_state.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::string_view kStateHead = "vfirst-bls 1";

std::string_view first_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// "PLAN ARGUMENTS"; a plan without a hash is "-".
BlsState::OfPlan read_arguments(std::string_view text) {
  const auto plan = first_word(text);
  return {plan == "-" ? "" : std::string(plan), text};
}

std::string line(std::string_view key, const BlsState::OfPlan& value) {
  return fmt::format(
      "{} {} {}\n", key, value.plan.empty() ? "-" : value.plan, value.arguments.str());
}

}  // namespace

Result<BlsState> BlsState::parse(std::string_view text) {
  if (!text.ends_with("\nend\n")) return refuse("cut short");
  const auto lines = split(text, '\n');
  if (lines.front() != kStateHead)
    return refuse("'{}' is not a version that this vfirst reads", lines.front());
  BlsState state;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    auto rest = lines[i];
    const auto key = first_word(rest);
    if (key == "good")
      state.good = read_arguments(rest);
    else if (key == "wanted")
      state.wanted = read_arguments(rest);
    else if (key == "previous")
      state.previous = read_arguments(rest);
    else if (key == "trial")
      state.trial = read_arguments(rest);
    else if (key == "failed")
      state.failed = rest;
    else if (key == "removing")
      state.removing = true;
    else if (key == "cmdline")
      state.kernel_cmdline = rest;
    else if (key == "cmdline-wanted")
      state.kernel_cmdline_wanted = rest;
    else if (key == "kernelopts")
      state.kernelopts = rest;
    else if (key == "kernelopts-wanted")
      state.kernelopts_wanted = rest;
    else if (key == "adopted")
      state.adopted = rest;
    else if (key == "kernelopts-before")
      state.kernelopts_before = rest;
    else if (key == "changed" || key == "made") {
      const auto parts = split(rest, ' ');
      if (parts.size() != 2)
        return refuse("line {}: not a file and its copy: '{}'", i + 1, lines[i]);
      state.files.push_back({std::string(parts[0]), std::string(parts[1]), key == "made"});
    } else {
      return refuse("line {}: '{}'", i + 1, lines[i]);
    }
  }
  return state;
}

std::string BlsState::text() const {
  auto text = fmt::format("{}\n{}", kStateHead, line("good", good));
  if (wanted) text += line("wanted", *wanted);
  if (previous) text += line("previous", *previous);
  if (trial) text += line("trial", *trial);
  if (!failed.empty()) text += fmt::format("failed {}\n", failed);
  if (removing) text += "removing\n";
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) text += fmt::format("{} {}\n", key, value);
  };
  add("cmdline", kernel_cmdline.str());
  add("cmdline-wanted", kernel_cmdline_wanted.str());
  add("kernelopts", kernelopts.str());
  add("kernelopts-wanted", kernelopts_wanted.str());
  add("adopted", adopted.str());
  add("kernelopts-before", kernelopts_before);
  for (const auto& file : files)
    add(file.made ? "made" : "changed", fmt::format("{} {}", file.path, file.copy));
  return text + "end\n";
}

const BlsState::File* BlsState::find(std::string_view path) const {
  const auto file = std::ranges::find(files, path, &File::path);
  return file == files.end() ? nullptr : &*file;
}

}  // namespace vfirst
