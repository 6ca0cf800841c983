// SPDX-License-Identifier: GPL-2.0-or-later
// Opens libkmod on demand. The first call is always kmod_new. Without the library it returns null,
// which is no context.
#include "host/lazy_library.hpp"

#include <libkmod.h>

VFIRST_LAZY_LIBRARY("libkmod.so.2");

extern "C" {

kmod_ctx* kmod_new(const char* dirname, const char* const* config_paths) {
  if (!library.open()) return nullptr;
  VFIRST_HAND_ON(kmod_new, dirname, config_paths);
}
kmod_ctx* kmod_unref(kmod_ctx* context) {
  VFIRST_HAND_ON(kmod_unref, context);
}
const char* kmod_get_dirname(const kmod_ctx* context) {
  VFIRST_HAND_ON(kmod_get_dirname, context);
}
void kmod_set_log_priority(kmod_ctx* context, int priority) {
  VFIRST_HAND_ON(kmod_set_log_priority, context, priority);
}
kmod_list* kmod_list_next(const kmod_list* list, const kmod_list* at) {
  VFIRST_HAND_ON(kmod_list_next, list, at);
}
int kmod_module_new_from_lookup(kmod_ctx* context, const char* alias, kmod_list** list) {
  VFIRST_HAND_ON(kmod_module_new_from_lookup, context, alias, list);
}
kmod_module* kmod_module_get_module(const kmod_list* at) {
  VFIRST_HAND_ON(kmod_module_get_module, at);
}
kmod_module* kmod_module_unref(kmod_module* module) {
  VFIRST_HAND_ON(kmod_module_unref, module);
}
int kmod_module_unref_list(kmod_list* list) {
  if (!list) return 0;
  VFIRST_HAND_ON(kmod_module_unref_list, list);
}
const char* kmod_module_get_name(const kmod_module* module) {
  VFIRST_HAND_ON(kmod_module_get_name, module);
}
const char* kmod_module_get_path(const kmod_module* module) {
  VFIRST_HAND_ON(kmod_module_get_path, module);
}
int kmod_module_get_initstate(const kmod_module* module) {
  VFIRST_HAND_ON(kmod_module_get_initstate, module);
}
int kmod_module_get_info(const kmod_module* module, kmod_list** list) {
  VFIRST_HAND_ON(kmod_module_get_info, module, list);
}
const char* kmod_module_info_get_key(const kmod_list* entry) {
  VFIRST_HAND_ON(kmod_module_info_get_key, entry);
}
const char* kmod_module_info_get_value(const kmod_list* entry) {
  VFIRST_HAND_ON(kmod_module_info_get_value, entry);
}
void kmod_module_info_free_list(kmod_list* list) {
  VFIRST_HAND_ON(kmod_module_info_free_list, list);
}
int kmod_module_apply_filter(
    const kmod_ctx* context, kmod_filter type, const kmod_list* in, kmod_list** out) {
  VFIRST_HAND_ON(kmod_module_apply_filter, context, type, in, out);
}
int kmod_module_probe_insert_module(
    kmod_module* module, unsigned flags, const char* options,
    int (*run_install)(kmod_module*, const char*, void*), const void* data,
    void (*print_action)(kmod_module*, bool, const char*)) {
  VFIRST_HAND_ON(
      kmod_module_probe_insert_module, module, flags, options, run_install, data, print_action);
}

}  // extern "C"
