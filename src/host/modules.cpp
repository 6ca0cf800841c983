// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/modules.hpp"

#include <libkmod.h>
#include <cerrno>
#include <set>

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

std::optional<std::vector<std::string>> ModuleIndex::parameters(const std::string& name) const {
  kmod_list *found = nullptr, *info = nullptr, *at = nullptr;
  if (kmod_module_new_from_lookup(context_->it, name.c_str(), &found) < 0 || !found)
    return std::nullopt;
  auto* module = kmod_module_get_module(found);
  // Of a built-in module it reads modules.builtin.modinfo.
  const bool read = kmod_module_get_info(module, &info) >= 0;
  kmod_module_unref(module);
  kmod_module_unref_list(found);
  if (!read) return std::nullopt;
  std::set<std::string> names;
  kmod_list_foreach(at, info) {
    const std::string_view key = kmod_module_info_get_key(at);
    // "ple_gap:uint", "ple_gap:What it does".
    const std::string_view value = kmod_module_info_get_value(at);
    if (key == "parm" || key == "parmtype") names.emplace(value.substr(0, value.find(':')));
  }
  if (info) kmod_module_info_free_list(info);
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace vfirst
