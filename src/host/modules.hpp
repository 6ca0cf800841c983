// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The modules of one installed kernel, by libkmod's index. module_loader.hpp loads them.

#include "host/root.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

class ModuleIndex {
 public:
  enum class State { missing, loadable, builtin };

  // `directory` is lib/modules/RELEASE below the root. ENOENT where depmod has made no index there.
  static Result<ModuleIndex> open(const Root& root, const std::string& directory);
  ModuleIndex(ModuleIndex&&) noexcept;
  ~ModuleIndex();

  // '-' and '_' are the same letter in a module's name.
  State state(const std::string& name) const;
  // Names, in libkmod's order.
  std::vector<std::string> for_modalias(const std::string& modalias) const;
  // The parameters that a module takes, by its own description (`parm` and `parmtype`), sorted.
  // Absent: there is no such module, or its description cannot be read.
  std::optional<std::vector<std::string>> parameters(const std::string& name) const;

 private:
  struct Context;
  explicit ModuleIndex(std::unique_ptr<Context>);
  std::unique_ptr<Context> context_;
};

}  // namespace vfirst
