// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_state.hpp"

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
BlsState::Arguments read_arguments(std::string_view text) {
  const auto plan = first_word(text);
  return {plan == "-" ? "" : std::string(plan), std::string(text)};
}

std::string line(std::string_view key, const BlsState::Arguments& arguments) {
  return fmt::format(
      "{} {} {}\n", key, arguments.plan.empty() ? "-" : arguments.plan, arguments.text);
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
  auto out = fmt::format("{}\n{}", kStateHead, line("good", good));
  if (wanted) out += line("wanted", *wanted);
  if (previous) out += line("previous", *previous);
  if (trial) out += line("trial", *trial);
  if (!failed.empty()) out += fmt::format("failed {}\n", failed);
  if (removing) out += "removing\n";
  if (!kernel_cmdline.empty()) out += fmt::format("cmdline {}\n", kernel_cmdline);
  if (!kernel_cmdline_wanted.empty())
    out += fmt::format("cmdline-wanted {}\n", kernel_cmdline_wanted);
  if (!kernelopts.empty()) out += fmt::format("kernelopts {}\n", kernelopts);
  if (!kernelopts_wanted.empty()) out += fmt::format("kernelopts-wanted {}\n", kernelopts_wanted);
  if (!adopted.empty()) out += fmt::format("adopted {}\n", adopted);
  if (!kernelopts_before.empty()) out += fmt::format("kernelopts-before {}\n", kernelopts_before);
  for (const auto& file : files)
    out += fmt::format("{} {} {}\n", file.made ? "made" : "changed", file.path, file.copy);
  return out + "end\n";
}

const BlsState::File* BlsState::find(std::string_view path) const {
  const auto at =
      std::find_if(files.begin(), files.end(), [&](const File& file) { return file.path == path; });
  return at == files.end() ? nullptr : &*at;
}

}  // namespace vfirst
