// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/module_loader.hpp"

#include <libkmod.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace vfirst {

namespace {

struct Context {
  // With the running kernel's modules and the system's modprobe.d.
  Context() : it(kmod_new(nullptr, nullptr)) {}
  ~Context() {
    if (it) kmod_unref(it);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  kmod_ctx* it;
};

struct List {
  List() = default;
  ~List() { kmod_module_unref_list(it); }
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  kmod_list* it = nullptr;
};

// Each call has a context of its own: libkmod's are not made for two threads, and loading is rare.
class KernelModules : public ModuleLoader {
 public:
  Result<Loaded> load(const std::string& name) override {
    Context context;
    List found;
    if (!context.it) return failed(ENOMEM, "libkmod cannot create a context");
    if (const int error = kmod_module_new_from_lookup(context.it, name.c_str(), &found.it);
        error < 0)
      return failed(-error, "module {}: {}", name, std::strerror(-error));
    if (!found.it) return failed(ENOENT, "module {}: not found", name);
    return insert(found, name);
  }

  Result<Loaded> load_for(const std::string& modalias) override {
    Context context;
    List found, allowed;
    if (!context.it) return failed(ENOMEM, "libkmod cannot create a context");
    int error = kmod_module_new_from_lookup(context.it, modalias.c_str(), &found.it);
    if (error >= 0)
      error = kmod_module_apply_filter(context.it, KMOD_FILTER_BLACKLIST, found.it, &allowed.it);
    if (error < 0) return failed(-error, "{}: {}", modalias, std::strerror(-error));
    if (!allowed.it) return failed(ENOENT, "{}: no module is for it", modalias);
    return insert(allowed, modalias);
  }

  bool exists_for(const std::string& modalias) override {
    Context context;
    if (!context.it ||
        ::access(fmt::format("{}/modules.alias.bin", kmod_get_dirname(context.it)).c_str(), R_OK) !=
            0)
      return true;
    List found, allowed;
    if (kmod_module_new_from_lookup(context.it, modalias.c_str(), &found.it) < 0) return true;
    if (!found.it) return false;
    if (kmod_module_apply_filter(context.it, KMOD_FILTER_BLACKLIST, found.it, &allowed.it) < 0)
      return true;
    return allowed.it != nullptr;
  }

 private:
  static Result<Loaded> insert(const List& modules, const std::string& what) {
    auto outcome = Loaded::already;
    kmod_list* at = nullptr;
    kmod_list_foreach(at, modules.it) {
      auto* module = kmod_module_get_module(at);
      const int state = kmod_module_get_initstate(module);
      int error = 0;
      if (state == KMOD_MODULE_BUILTIN)
        outcome = Loaded::builtin;
      else if (state != KMOD_MODULE_LIVE) {
        // The kernel lets us wait for one that is coming (add_unformed_module() in
        // kernel/module/main.c) and then says EEXIST, which libkmod takes for success.
        error = kmod_module_probe_insert_module(module, 0, nullptr, nullptr, nullptr, nullptr);
        if (error == 0 && state != KMOD_MODULE_COMING) outcome = Loaded::now;
      }
      kmod_module_unref(module);
      if (error < 0) return failed(-error, "module {}: {}", what, std::strerror(-error));
    }
    return outcome;
  }
};

class NoModules final : public ModuleLoader {
 public:
  Result<Loaded> load(const std::string& name) override {
    return failed(ENOTSUP, "{}: a captured tree loads no modules", name);
  }
  Result<Loaded> load_for(const std::string& modalias) override { return load(modalias); }
  bool exists_for(const std::string&) override { return true; }
};

}  // namespace

std::unique_ptr<ModuleLoader> kernel_modules(const HostActions&) {
  return std::make_unique<KernelModules>();
}
std::unique_ptr<ModuleLoader> no_modules() {
  return std::make_unique<NoModules>();
}

}  // namespace vfirst
