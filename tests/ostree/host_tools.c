// SPDX-License-Identifier: GPL-2.0-or-later
// rpm-ostree and bootc, as far as kernel arguments go, for a host that has neither: the command
// line of both, and between it and the same functions of libostree what they do there. Which of
// them this is, its own name says.
//
//   rpm-ostree kargs [--append=A --append-if-missing=A --delete=A --delete-if-present=A
//                     --replace=A]...
//   bootc loader-entries set-options-for-source --source NAME [--options TEXT]
//
// Followed are rpm-ostree 2026.2: src/app/rpmostree-builtin-kargs.cxx (rpmostree_builtin_kargs),
// src/daemon/rpmostreed-transaction-types.cxx (kernel_arg_apply_patching, kernel_arg_apply) and
// rpmostree-sysroot-upgrader.cxx (rpmostree_sysroot_upgrader_deploy); bootc 1.16:
// crates/lib/src/loader_entries.rs (set_options_for_source_staged, compute_merged_options), and
// Cmdline::add and Cmdline::remove_exact of its crate for kernel command lines. Not here:
// rpm-ostree's daemon, its lock and its layered packages; bootc's other commands.
#include <ostree.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char kStaged[] = "/run/ostree/staged-deployment";
static const char kSource[] = "x-options-source-";

static _Noreturn void fail(int code, const char* what) {
  fprintf(stderr, "error: %s\n", what);
  exit(code);
}

// Ends this program where `error` is set.
static void check(GError* error) {
  if (error) fail(1, error->message);
}

static OstreeSysroot* loaded_sysroot(void) {
  GError* error = NULL;
  OstreeSysroot* sysroot = ostree_sysroot_new_default();
  if (!ostree_sysroot_initialize_with_mount_namespace(sysroot, NULL, &error)) check(error);
  if (!ostree_sysroot_lock(sysroot, &error) || !ostree_sysroot_load(sysroot, NULL, &error))
    check(error);
  return sysroot;
}

static void stage(
    OstreeSysroot* sysroot, OstreeDeployment* base, OstreeDeployment* merge, char** kargs) {
  GError* error = NULL;
  OstreeSysrootDeployTreeOpts opts = {.override_kernel_argv = kargs};
  OstreeDeployment* made = NULL;
  ostree_sysroot_stage_tree_with_options(
      sysroot, ostree_deployment_get_osname(base), ostree_deployment_get_csum(base),
      ostree_deployment_get_origin(base), merge, &opts, &made, NULL, &error);
  check(error);
}

static const char* options_of(OstreeDeployment* deployment) {
  const char* options =
      ostree_bootconfig_parser_get(ostree_deployment_get_bootconfig(deployment), "options");
  return options ? options : "";
}

// rpmostree_syscore_get_origin_merge_deployment: the first one of this name, which a staged one is.
static OstreeDeployment* first_of(OstreeSysroot* sysroot, const char* osname) {
  GPtrArray* all = ostree_sysroot_get_deployments(sysroot);
  for (guint i = 0; i < all->len; i++)
    if (strcmp(ostree_deployment_get_osname(all->pdata[i]), osname) == 0) return all->pdata[i];
  fail(1, "no deployment");
}

static int rpm_ostree(int argc, char** argv) {
  char **append = NULL, **replace = NULL, **delete = NULL, **append_missing = NULL,
       **delete_present = NULL;
  GOptionEntry entries[] = {
      {"append", 0, 0, G_OPTION_ARG_STRING_ARRAY, &append, NULL, NULL},
      {"replace", 0, 0, G_OPTION_ARG_STRING_ARRAY, &replace, NULL, NULL},
      {"delete", 0, 0, G_OPTION_ARG_STRING_ARRAY, &delete, NULL, NULL},
      {"append-if-missing", 0, 0, G_OPTION_ARG_STRING_ARRAY, &append_missing, NULL, NULL},
      {"delete-if-present", 0, 0, G_OPTION_ARG_STRING_ARRAY, &delete_present, NULL, NULL},
      {NULL}};
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    puts("rpm-ostree:\n Version: '2026.2'");
    return 0;
  }
  GError* error = NULL;
  GOptionContext* context = g_option_context_new("");
  g_option_context_add_main_entries(context, entries, NULL);
  g_option_context_parse(context, &argc, &argv, &error);
  check(error);
  if (argc != 2 || strcmp(argv[1], "kargs") != 0) fail(1, "Unknown command");
  if (delete && replace) fail(1, "Cannot specify both --delete and --replace");

  OstreeSysroot* sysroot = loaded_sysroot();
  OstreeDeployment* booted = ostree_sysroot_get_booted_deployment(sysroot);
  if (!booted) fail(1, "This system was not booted via libostree.");
  const char* osname = ostree_deployment_get_osname(booted);
  OstreeDeployment* base = first_of(sysroot, osname);
  const char* existing = options_of(base);
  if (!append && !replace && !delete && !append_missing && !delete_present) {
    puts(existing);
    return 0;
  }

  // kernel_arg_apply_patching, in its order.
  OstreeKernelArgs* kargs = ostree_kernel_args_from_string(existing);
  char** before = ostree_kernel_args_to_strv(kargs);
  bool changed = false;
  for (char** arg = delete; arg && *arg; arg++, changed = true)
    if (!ostree_kernel_args_delete(kargs, *arg, &error)) check(error);
  for (char** arg = replace; arg && *arg; arg++, changed = true)
    if (!ostree_kernel_args_new_replace(kargs, *arg, &error)) check(error);
  for (char** arg = append; arg && *arg; arg++, changed = true)
    ostree_kernel_args_append(kargs, *arg);
  for (char** arg = append_missing; arg && *arg; arg++) {
    if (g_strv_contains((const char* const*)ostree_kernel_args_to_strv(kargs), *arg)) continue;
    ostree_kernel_args_append(kargs, *arg);
    changed = true;
  }
  for (char** arg = delete_present; arg && *arg; arg++) {
    if (!g_strv_contains((const char* const*)before, *arg)) continue;
    if (!ostree_kernel_args_delete(kargs, *arg, &error)) check(error);
    changed = true;
  }
  if (!changed) {
    puts("No changes.");
    return 0;
  }
  stage(
      sysroot, base, ostree_sysroot_get_merge_deployment(sysroot, osname),
      ostree_kernel_args_to_strv(kargs));
  puts("Changes queued for next boot. Run \"systemctl reboot\" to start a reboot");
  return 0;
}

// CmdlineIterBytes: at white space outside of double quotes.
static GPtrArray* split(const char* text) {
  GPtrArray* all = g_ptr_array_new();
  while (*text) {
    while (g_ascii_isspace(*text))
      text++;
    const char* start = text;
    for (bool quoted = false; *text && (quoted || !g_ascii_isspace(*text)); text++)
      if (*text == '"') quoted = !quoted;
    if (text > start) g_ptr_array_add(all, g_strndup(start, text - start));
  }
  return all;
}

// Parameter::parse_internal and its PartialEq: without the outer quotes, and '-' is '_' in a key.
static char* meaning(const char* argument) {
  char* text = g_strdup(*argument == '"' ? argument + 1 : argument);
  if (g_str_has_suffix(text, "\"")) text[strlen(text) - 1] = '\0';
  char* equals = strchr(text, '=');
  for (char* c = text; *c && c != equals; c++)
    if (*c == '-') *c = '_';
  if (equals && equals[1] == '"') memmove(equals + 1, equals + 2, strlen(equals + 2) + 1);
  return text;
}

static bool same(const char* one, const char* other) {
  return strcmp(meaning(one), meaning(other)) == 0;
}

static void remove_exact(GPtrArray* all, const char* argument) {
  for (guint i = all->len; i-- > 0;)
    if (same(all->pdata[i], argument)) g_ptr_array_remove_index(all, i);
}

// One that is there already is not added.
static void add(GPtrArray* all, const char* argument) {
  for (guint i = 0; i < all->len; i++)
    if (same(all->pdata[i], argument)) return;
  g_ptr_array_add(all, g_strdup(argument));
}

// extract_source_options_from_bls, of the entry whose ostree= leads to this deployment.
static void sources_of_entry(OstreeDeployment* deployment, GHashTable* sources) {
  char* end = g_strdup_printf(
      "/%s/%s/%d", ostree_deployment_get_osname(deployment),
      ostree_deployment_get_bootcsum(deployment), ostree_deployment_get_bootserial(deployment));
  GError* error = NULL;
  GDir* folder = g_dir_open("/boot/loader/entries", 0, &error);
  check(error);
  for (const char* name; (name = g_dir_read_name(folder));) {
    char* text = NULL;
    if (!g_str_has_prefix(name, "ostree-") || !g_str_has_suffix(name, ".conf")) continue;
    if (!g_file_get_contents(
            g_build_filename("/boot/loader/entries", name, NULL), &text, NULL, &error))
      check(error);
    char** lines = g_strsplit(text, "\n", -1);
    bool found = false;
    for (char** line = lines; *line; line++) {
      GPtrArray* words = split(*line);
      for (guint i = 0; i < words->len && g_str_has_prefix(*line, "options "); i++)
        found |=
            g_str_has_prefix(words->pdata[i], "ostree=") && g_str_has_suffix(words->pdata[i], end);
    }
    for (char** line = lines; found && *line; line++) {
      char* blank = g_str_has_prefix(*line, kSource) ? strchr(*line, ' ') : NULL;
      if (!blank) continue;
      *blank++ = '\0';
      if (*g_strstrip(blank)) g_hash_table_insert(sources, *line, blank);
    }
  }
}

// read_staged_bootconfig_extra_sources.
static void sources_of_staged(GHashTable* sources) {
  char* data = NULL;
  gsize size = 0;
  if (!g_file_get_contents(kStaged, &data, &size, NULL)) return;
  GVariant* staged = g_variant_new_from_data(G_VARIANT_TYPE_VARDICT, data, size, FALSE, NULL, NULL);
  GVariant* extra = g_variant_lookup_value(staged, "bootconfig-extra", G_VARIANT_TYPE("a{ss}"));
  GVariantIter iter;
  const char *key, *value;
  if (!extra) return;
  g_variant_iter_init(&iter, extra);
  while (g_variant_iter_next(&iter, "{&s&s}", &key, &value))
    if (g_str_has_prefix(key, kSource) && *value)
      g_hash_table_insert(sources, g_strdup(key), g_strdup(value));
}

static int bootc(int argc, char** argv) {
  char *source = NULL, *options = NULL;
  GOptionEntry entries[] = {
      {"source", 0, 0, G_OPTION_ARG_STRING, &source, NULL, NULL},
      {"options", 0, 0, G_OPTION_ARG_STRING, &options, NULL, NULL},
      {NULL}};
  GError* error = NULL;
  GOptionContext* context = g_option_context_new("");
  g_option_context_add_main_entries(context, entries, NULL);
  g_option_context_parse(context, &argc, &argv, &error);
  check(error);
  // 1.15 and older do not know the command; clap ends with 2 then.
  if (argc != 3 || strcmp(argv[1], "loader-entries") != 0 ||
      strcmp(argv[2], "set-options-for-source") != 0 || !source)
    fail(2, "unrecognized subcommand");
  if (!*source || source[strspn(source, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_")])
    fail(1, "Source name must contain only alphanumeric characters, hyphens, or underscores");
  if (!ostree_check_version(2026, 1))
    fail(1, "This feature requires ostree >= 2026.1 for bootconfig-extra support");

  OstreeSysroot* sysroot = loaded_sysroot();
  OstreeDeployment* booted = ostree_sysroot_get_booted_deployment(sysroot);
  if (!booted) fail(1, "Not booted into an ostree deployment");
  OstreeDeployment* staged = ostree_sysroot_get_staged_deployment(sysroot);
  OstreeDeployment* base = staged ? staged : booted;
  GHashTable* sources = g_hash_table_new(g_str_hash, g_str_equal);
  if (!staged)
    sources_of_entry(booted, sources);
  else
    sources_of_staged(sources);

  char* key = g_strconcat(kSource, source, NULL);
  const char* old = g_hash_table_lookup(sources, key);
  GPtrArray* merged = split(options_of(base));
  GPtrArray *gone = split(old ? old : ""), *come = split(options ? options : "");
  for (guint i = 0; i < gone->len; i++)
    remove_exact(merged, gone->pdata[i]);
  for (guint i = 0; i < come->len; i++)
    add(merged, come->pdata[i]);
  g_ptr_array_add(merged, NULL);
  char** kargs = (char**)merged->pdata;
  if (strcmp(g_strjoinv(" ", kargs), options_of(base)) == 0 &&
      strcmp(old ? old : "", options ? options : "") == 0)
    return 0;

  // An empty value stands for none: the parser cannot take a key out.
  OstreeDeployment* merge =
      ostree_sysroot_get_merge_deployment(sysroot, ostree_deployment_get_osname(booted));
  OstreeBootconfigParser* config = ostree_deployment_get_bootconfig(merge);
  GHashTableIter iter;
  gpointer name, value;
  g_hash_table_iter_init(&iter, sources);
  while (g_hash_table_iter_next(&iter, &name, &value))
    ostree_bootconfig_parser_set(config, name, strcmp(name, key) == 0 ? "" : value);
  if (options) ostree_bootconfig_parser_set(config, key, options);
  stage(sysroot, base, merge, kargs);
  return 0;
}

int main(int argc, char** argv) {
  return strcmp(g_path_get_basename(argv[0]), "bootc") == 0 ? bootc(argc, argv)
                                                            : rpm_ostree(argc, argv);
}
