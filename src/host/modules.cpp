// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/modules.hpp"

#include <libkmod.h>
#include <cerrno>

namespace vfirst {

struct ModuleIndex::Context {
  explicit Context(kmod_ctx* context) : it(context) {}
  ~Context() { kmod_unref(it); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  kmod_ctx* it;
};

Result<ModuleIndex> ModuleIndex::open(const Root& root, const std::string& directory) {
  for (const auto* file :
       {"modules.dep.bin", "modules.alias.bin", "modules.builtin.bin", "modules.builtin.alias.bin"})
    root.note(directory + '/' + file);
  if (!root.exists(directory + "/modules.dep.bin"))
    return failed(ENOENT, "{}: no modules.dep.bin", directory);
  // An explicit empty list: this host's modprobe.d does not apply to a kernel of another tree.
  static constexpr const char* no_config[] = {nullptr};
  auto* context = kmod_new((root.path() / directory).c_str(), no_config);
  if (!context) return failed(ELIBACC, "libkmod.so.2 cannot be loaded");
  // Errors come back as values, so libkmod need not print them.
  kmod_set_log_priority(context, 0);
  return ModuleIndex(std::make_unique<Context>(context));
}

ModuleIndex::ModuleIndex(std::unique_ptr<Context> context) : context_(std::move(context)) {}
ModuleIndex::ModuleIndex(ModuleIndex&&) noexcept = default;
ModuleIndex::~ModuleIndex() = default;

ModuleIndex::State ModuleIndex::state(const std::string& name) const {
  kmod_list* found = nullptr;
  if (kmod_module_new_from_lookup(context_->it, name.c_str(), &found) < 0 || !found)
    return State::missing;
  auto* module = kmod_module_get_module(found);
  // A module without a file is built into the kernel.
  const auto state = kmod_module_get_path(module) ? State::loadable : State::builtin;
  kmod_module_unref(module);
  kmod_module_unref_list(found);
  return state;
}

std::vector<std::string> ModuleIndex::for_modalias(const std::string& modalias) const {
  std::vector<std::string> names;
  kmod_list *found = nullptr, *at = nullptr;
  if (kmod_module_new_from_lookup(context_->it, modalias.c_str(), &found) < 0) return names;
  kmod_list_foreach(at, found) {
    auto* module = kmod_module_get_module(at);
    names.emplace_back(kmod_module_get_name(module));
    kmod_module_unref(module);
  }
  kmod_module_unref_list(found);
  return names;
}

}  // namespace vfirst
