// SPDX-License-Identifier: GPL-2.0-or-later
// libkmod, loaded when it is first called. Linked the usual way it brings libcrypto, lzma and zstd into every run, which
// costs more than reading a whole machine does (3 ms against 2.5 ms for 96 CPUs), and most runs never ask about a module.
// These are its functions as <libkmod.h> declares them; each hands on to the one in the library. The first call of all is
// kmod_new, and without the library that returns null: "no context".
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <libkmod.h>

namespace {

// systemd's convention for optional libraries: image builders and packagers read this note (ELF dlopen metadata).
#if defined(__GNUC__)
struct Note {
  unsigned name_size = 4, description_size, type = 0x407c0c0a;
  char name[4] = {'F', 'D', 'O', 0};
  char description[96];
};
[[gnu::used, gnu::section(".note.dlopen"), gnu::aligned(4)]] constexpr Note note{
    .description_size = sizeof Note::description,
    .description = R"([{"feature":"modules","priority":"required","soname":["libkmod.so.2"]}])"};
#endif

void* library() {
  static void* const handle = ::dlopen("libkmod.so.2", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  return handle;
}

template <class Function>
Function* entry(Function*, const char* name) {
  auto* const address = ::dlsym(library(), name);
  if (!address) {                                                // a libkmod.so.2 without its own API: nothing to go on with
    std::fprintf(stderr, "libkmod.so.2 has no %s\n", name);
    std::abort();
  }
  return reinterpret_cast<Function*>(address);
}

}  // namespace

#define HAND_ON(name, ...)                              \
  static const auto real = entry(&::name, #name);       \
  return real(__VA_ARGS__)

extern "C" {

kmod_ctx* kmod_new(const char* dirname, const char* const* config_paths) {
  if (!library()) return nullptr;
  HAND_ON(kmod_new, dirname, config_paths);
}
kmod_ctx* kmod_unref(kmod_ctx* context) { HAND_ON(kmod_unref, context); }
const char* kmod_get_dirname(const kmod_ctx* context) { HAND_ON(kmod_get_dirname, context); }
void kmod_set_log_priority(kmod_ctx* context, int priority) { HAND_ON(kmod_set_log_priority, context, priority); }
kmod_list* kmod_list_next(const kmod_list* list, const kmod_list* at) { HAND_ON(kmod_list_next, list, at); }
int kmod_module_new_from_lookup(kmod_ctx* context, const char* alias, kmod_list** list) {
  HAND_ON(kmod_module_new_from_lookup, context, alias, list);
}
kmod_module* kmod_module_get_module(const kmod_list* at) { HAND_ON(kmod_module_get_module, at); }
kmod_module* kmod_module_unref(kmod_module* module) { HAND_ON(kmod_module_unref, module); }
int kmod_module_unref_list(kmod_list* list) {
  if (!list) return 0;
  HAND_ON(kmod_module_unref_list, list);
}
const char* kmod_module_get_name(const kmod_module* module) { HAND_ON(kmod_module_get_name, module); }
const char* kmod_module_get_path(const kmod_module* module) { HAND_ON(kmod_module_get_path, module); }
int kmod_module_get_initstate(const kmod_module* module) { HAND_ON(kmod_module_get_initstate, module); }
int kmod_module_apply_filter(const kmod_ctx* context, kmod_filter type, const kmod_list* in, kmod_list** out) {
  HAND_ON(kmod_module_apply_filter, context, type, in, out);
}
int kmod_module_probe_insert_module(kmod_module* module, unsigned flags, const char* options,
                                    int (*run_install)(kmod_module*, const char*, void*), const void* data,
                                    void (*print_action)(kmod_module*, bool, const char*)) {
  HAND_ON(kmod_module_probe_insert_module, module, flags, options, run_install, data, print_action);
}

}  // extern "C"
