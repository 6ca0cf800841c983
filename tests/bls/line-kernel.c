// SPDX-License-Identifier: GPL-2.0-or-later
// A stand-in for the kernel, for systemd-boot. It says which entry booted it and with what line,
// both as the bytes of their UTF-16, and goes back with an error, so that systemd-boot ends. With
// an initrd it shuts the machine down, because systemd-boot 257 does not come to its end then.
#include "efi.h"

// EFI_ABORTED.
#define ABORTED (1ULL << 63 | 21)

u64 efi_main(handle image, struct system_table* system) {
  static u8 entry[512];
  u64 size = sizeof entry;
  struct loaded_image* self;
  if (system->boot->handle_protocol(image, &kLoadedImage, (void**)&self)) return ABORTED;
  if (system->runtime->get_variable(u"LoaderEntrySelected", &kLoader, 0, &size, entry)) size = 0;
  put_text("entry ");
  put_hex(entry, size);
  put_text("\nline ");
  put_hex(self->options, self->options ? self->options_size : 0);
  put_text("\n");
  const u16* line = self->options;
  for (u32 i = 0; line && line[i] == u"initrd="[i]; ++i)
    if (line[i] == '=') system->runtime->reset_system(2, 0, 0, 0);
  return ABORTED;
}
