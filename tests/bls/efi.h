// SPDX-License-Identifier: GPL-2.0-or-later
// As much of UEFI as tests/bls/director.c and tests/bls/line-kernel.c need, and a line of their own to the outside: the
// port of QEMU's -debugcon.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef void *handle;

struct guid {
  u32 a;
  u16 b, c;
  u8 d[8];
};

struct boot_services {
  u8 header[24];
  void *before_handle_protocol[16];
  u64 (*handle_protocol)(handle, const struct guid *, void **);
  void *before_load_image[5];
  u64 (*load_image)(u8, handle, void *, void *, u64, handle *);
  u64 (*start_image)(handle, u64 *, u16 **);
  void *before_stall[4];
  u64 (*stall)(u64);
  u64 (*set_watchdog_timer)(u64, u64, u64, u16 *);
  void *before_locate_handle_buffer[6];
  u64 (*locate_handle_buffer)(u32, const struct guid *, void *, u64 *, handle **);
};

struct runtime_services {
  u8 header[24];
  void *before_get_variable[6];
  u64 (*get_variable)(const u16 *, const struct guid *, u32 *, u64 *, void *);
  void *get_next_variable_name;
  u64 (*set_variable)(const u16 *, const struct guid *, u32, u64, const void *);
  void *get_next_high_monotonic_count;
  void (*reset_system)(u32, u64, u64, void *);
};

struct system_table {
  u8 header[24];
  void *console[8];
  struct runtime_services *runtime;
  struct boot_services *boot;
};

struct loaded_image {
  u64 revision;
  handle parent;
  struct system_table *system;
  handle device;
  void *path, *reserved;
  u32 options_size;
  void *options;
};

static const struct guid kLoadedImage = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
// Of the variables of systemd-boot.
static const struct guid kLoader = {
    0x4a67b082, 0x0a4c, 0x41cf, {0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f}};

static inline void put(u8 byte) {
  __asm__ volatile("outb %0, $0xe9" : : "a"(byte));
}

static inline void put_text(const char *text) {
  while (*text) put((u8)*text++);
}

static inline void put_hex(const u8 *bytes, u64 size) {
  for (u64 i = 0; i < size; ++i) {
    put((u8) "0123456789abcdef"[bytes[i] >> 4]);
    put((u8) "0123456789abcdef"[bytes[i] & 15]);
  }
}
