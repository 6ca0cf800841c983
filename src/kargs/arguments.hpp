// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Kernel arguments that belong together: vfirst's for a boot, or foreign ones that --adopt took
// over. They stay arguments from the plan to the boot loader; text is for files and people.

#include "kargs/command_line.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vfirst {

class Arguments {
 public:
  Arguments() = default;
  Arguments(std::vector<KernelArg> arguments) : arguments_(std::move(arguments)) {}
  // Every text is a list of arguments (split_arguments), so this cannot fail.
  template <std::convertible_to<std::string_view> Text>
  Arguments(const Text& text) : arguments_(split_arguments(text)) {}

  auto begin() const { return arguments_.begin(); }
  auto end() const { return arguments_.end(); }
  std::size_t size() const { return arguments_.size(); }
  bool empty() const { return arguments_.empty(); }
  const std::vector<KernelArg>& list() const& { return arguments_; }

  // The same key and value, whatever the quotes.
  bool contains(const KernelArg& argument) const;
  void append(const KernelArg& argument) { arguments_.push_back(argument); }
  // These, then the others.
  Arguments then(const Arguments& others) const;
  // As a command line has them, one blank between two.
  std::string str() const { return join_arguments(arguments_); }
  bool operator==(const Arguments&) const = default;

 private:
  std::vector<KernelArg> arguments_;
};

// Whether both say the same to the kernel: key and value, whatever the quotes.
bool same_argument(const KernelArg& a, const KernelArg& b);

// Whether all of `ours` stand together, in this order, in a kernel's command line. What stands
// behind `--` is not the kernel's, so it does not count. True where `ours` is empty.
bool holds_arguments(std::string_view cmdline, const Arguments& ours);

}  // namespace vfirst
