// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "base/printable.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "host/stdio.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <sstream>

#ifndef VFIRST_VERSION
#define VFIRST_VERSION "unversioned"
#endif

namespace vfirst {

namespace {

void declare(CLI::App& app, const Option& option, Options& options) {
  if (const auto* flag = std::get_if<bool Options::*>(&option.field)) {
    app.add_flag(option.name, options.**flag, option.help);
    return;
  }
  const auto* many = std::get_if<std::vector<std::string> Options::*>(&option.field);
  auto* declared =
      many ? app.add_option(option.name, options.**many, option.help)
           : app.add_option(
                 option.name, options.*std::get<std::string Options::*>(option.field), option.help);
  if (many && option.name[0] == '-')
    declared->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (*option.value) declared->type_name(option.value);
  if (!option.one_of.empty()) declared->check(CLI::IsMember(option.one_of));
  if (option.name[0] != '-' && option.needed) declared->required();
}

// The message as a terminal may show it: it can quote a policy or the firmware.
class PrintableMessage : public spdlog::custom_flag_formatter {
 public:
  void format(
      const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const auto text = printable_line({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PrintableMessage>();
  }
};

void set_up_log(const Options& options) {
  const auto mode = colour_on(kStderr) ? spdlog::color_mode::always : spdlog::color_mode::never;
  auto logger = std::make_shared<spdlog::logger>(
      "vfirst", std::make_shared<spdlog::sinks::stderr_color_sink_st>(mode));
  auto line = std::make_unique<spdlog::pattern_formatter>();
  line->add_flag<PrintableMessage>('*').set_pattern("vfirst: %^%*%$");
  logger->set_formatter(std::move(line));
  logger->set_level(options.verbose ? spdlog::level::debug : spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

int usage(const std::string& line) {
  print_error(line);
  return static_cast<int>(ExitCode::usage);
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

int wrong_word(
    const std::string& word, const std::vector<std::string>& names, std::string_view what) {
  const auto bare = word.substr(0, word.find('='));
  const auto near = nearest(bare, {names.begin(), names.end()});
  return usage(fmt::format(
      "unknown {} '{}'{}", what, bare, near ? fmt::format("; did you mean '{}'?", *near) : ""));
}

}  // namespace

namespace {

// The program without what is around it: its exceptions are caught and its output is checked by
// the caller.
int run_command(int argc, char** argv, std::span<const Command> commands) {
  Options options;
  CLI::App app{"Boot-time provisioning of KVM hosts with SR-IOV devices", "vfirst"};
  app.set_help_flag("-h,--help", kHelpText);
  app.set_version_flag("--version", "vfirst " VFIRST_VERSION, kVersionText);
  app.require_subcommand(0, 1);
  app.allow_extras();
  // A line of help stays within 80 columns.
  app.get_formatter()->column_width(26);
  app.footer("See vfirst(8) for exit codes and examples.");

  std::vector<std::string> names;
  for (const auto& command : commands) {
    auto* sub = app.add_subcommand(command.name, command.summary);
    sub->allow_extras();
    names.emplace_back(command.name);
    // A tenth of a plan's time.
    if (std::none_of(argv, argv + argc, [&](const char* word) {
          return command.name == std::string_view(word);
        }))
      continue;
    for (const auto& option : command.options())
      declare(*sub, option, options);
    for (const auto& option : common_options())
      declare(*sub, option, options);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    const auto code = app.exit(success, text, text);
    print_document(text.str());
    return code;
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  const auto chosen = app.get_subcommands();
  if (const auto extras = app.remaining(); !extras.empty() || chosen.empty()) {
    if (extras.empty()) return usage("a command is missing; 'vfirst --help' lists them");
    if (extras.front().starts_with('-'))
      return wrong_word(extras.front(), option_names(app), "option");
    return wrong_word(extras.front(), names, "command");
  }
  auto* sub = chosen.front();
  if (const auto extras = sub->remaining(); !extras.empty()) {
    if (extras.front().starts_with('-'))
      return wrong_word(extras.front(), option_names(*sub), "option");
    return usage(fmt::format("{}: unexpected argument '{}'", sub->get_name(), extras.front()));
  }
  set_up_log(options);
  for (const auto& command : commands)
    if (sub->get_name() == command.name) return static_cast<int>(command.run(options));
  return static_cast<int>(ExitCode::usage);
}

}  // namespace

int run_program(int argc, char** argv, std::span<const Command> commands) {
  occupy_closed_descriptors();
  survive_closed_pipes();
  auto code = static_cast<int>(ExitCode::failed);
  try {
    code = run_command(argc, argv, commands);
  } catch (const std::exception& error) {
    // What can go wrong comes back as a Result: this is out of memory, or a mistake in vfirst.
    print_error(fmt::format("internal error: {}", error.what()));
  }
  return static_cast<int>(checked_output(static_cast<ExitCode>(code)));
}

}  // namespace vfirst
