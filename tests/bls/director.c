// SPDX-License-Identifier: GPL-2.0-or-later
// Starts systemd-boot from one partition after the other, each as if the firmware had booted from
// that one: a firmware that starts takes many times longer. A partition takes part where it has a
// file \shape: its name, then the EFI variables of systemd-boot that are set before, NAME=VALUE, a
// line each.
#include "efi.h"

struct path_node {
  u8 type, subtype;
  u16 length;
};

struct file {
  u64 revision;
  u64 (*open)(struct file*, struct file**, const u16*, u64, u64);
  u64 (*close)(struct file*);
  void* delete;
  u64 (*read)(struct file*, u64*, void*);
};

struct file_system {
  u64 revision;
  u64 (*open_volume)(struct file_system*, struct file**);
};

static const struct guid kFileSystem = {
    0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct guid kDevicePath = {
    0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const u16 kProgram[] = u"\\EFI\\BOOT\\BOOTX64.EFI";
static const u16* const kVariables[] = {
    u"LoaderEntryDefault", u"LoaderEntryOneShot", u"LoaderEntryLastBooted", u"LoaderEntryPreferred",
    u"LoaderConfigTimeout"};

// systemd-boot waits some seconds after each error. Nobody looks at it here.
static u64 no_stall(u64 microseconds) {
  (void)microseconds;
  return 0;
}

static u64 read_shape(struct system_table* system, handle volume, char* text, u64 size) {
  struct file_system* files;
  struct file *root, *file;
  if (system->boot->handle_protocol(volume, &kFileSystem, (void**)&files)) return 0;
  if (files->open_volume(files, &root)) return 0;
  const u64 failed = root->open(root, &file, u"\\shape", 1, 0);
  if (failed || file->read(file, &size, text)) size = 0;
  if (!failed) file->close(file);
  root->close(root);
  return size;
}

static void set_variables(struct system_table* system, const char* text) {
  // Stays without value: deleted. Attributes: non-volatile, boot service and run time access.
  for (u64 i = 0; i < sizeof kVariables / sizeof *kVariables; ++i)
    system->runtime->set_variable(kVariables[i], &kLoader, 7, 0, 0);
  while (*text) {
    static u16 name[64], value[192];
    u64 size = 0;
    for (; *text && *text != '='; ++text)
      if (size + 1 < 64) name[size++] = (u8)*text;
    name[size] = 0;
    size = 0;
    if (*text) ++text;
    for (; *text && *text != '\n'; ++text)
      if (size + 1 < 192) value[size++] = (u8)*text;
    value[size] = 0;
    if (*text) ++text;
    if (system->runtime->set_variable(name, &kLoader, 7, (size + 1) * 2, value))
      put_text("no variable\n");
  }
}

static u64 run(struct system_table* system, handle self, handle volume) {
  static u8 path[1024];
  u8* device;
  u64 size = 0;
  if (system->boot->handle_protocol(volume, &kDevicePath, (void**)&device)) return 1;
  for (struct path_node* node; (node = (struct path_node*)(device + size))->type != 0x7f;)
    size += node->length;
  for (u64 i = 0; i < size; ++i)
    path[i] = device[i];
  // A file's node, and the end.
  struct path_node* node = (struct path_node*)(path + size);
  node->type = node->subtype = 4;
  node->length = sizeof *node + sizeof kProgram;
  for (u64 i = 0; i < sizeof kProgram; ++i)
    path[size + sizeof *node + i] = ((const u8*)kProgram)[i];
  node = (struct path_node*)(path + size + node->length);
  node->type = 0x7f;
  node->subtype = 0xff;
  node->length = sizeof *node;
  handle loader;
  const u64 status = system->boot->load_image(0, self, path, 0, 0, &loader);
  return status ? status : system->boot->start_image(loader, 0, 0);
}

u64 efi_main(handle self, struct system_table* system) {
  static char text[4096];
  handle* volumes;
  u64 count = 0;
  system->boot->set_watchdog_timer(0, 0, 0, 0);
  system->boot->stall = no_stall;
  // By protocol.
  if (system->boot->locate_handle_buffer(2, &kFileSystem, 0, &count, &volumes)) count = 0;
  for (u64 i = 0; i < count; ++i) {
    const u64 size = read_shape(system, volumes[i], text, sizeof text - 1);
    if (!size) continue;
    text[size] = 0;
    char* variables = text;
    while (*variables && *variables != '\n')
      ++variables;
    if (*variables) *variables++ = 0;
    put_text("shape ");
    put_text(text);
    put_text("\n");
    set_variables(system, variables);
    const u64 status = run(system, self, volumes[i]);
    put_text("ended ");
    put_hex((const u8*)&status, sizeof status);
    put_text("\n");
  }
  put_text("done\n");
  // Shut down.
  system->runtime->reset_system(2, 0, 0, 0);
  return 0;
}
