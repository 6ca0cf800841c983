// SPDX-License-Identifier: GPL-2.0-or-later
// Opens libpci on demand. The first call is always pci_alloc. Without the library it returns null.
// An error of libpci jumps over these frames (pci.cpp), so nothing here has a destructor.
#include "host/lazy_library.hpp"

#include <cstdarg>

extern "C" {
#include <pci/pci.h>
}

VFIRST_LAZY_LIBRARY("libpci.so.3");

extern "C" {

pci_access* pci_alloc() {
  if (!library.open()) return nullptr;
  VFIRST_HAND_ON(pci_alloc);
}
void pci_init(pci_access* access) {
  VFIRST_HAND_ON(pci_init, access);
}
void pci_cleanup(pci_access* access) {
  VFIRST_HAND_ON(pci_cleanup, access);
}
pci_dev* pci_get_dev(pci_access* access, int domain, int bus, int device, int function) {
  VFIRST_HAND_ON(pci_get_dev, access, domain, bus, device, function);
}
void pci_free_dev(pci_dev* device) {
  VFIRST_HAND_ON(pci_free_dev, device);
}
int pci_set_param(pci_access* access, char* name, char* value) {
  VFIRST_HAND_ON(pci_set_param, access, name, value);
}
u16 pci_read_word(pci_dev* device, int at) {
  VFIRST_HAND_ON(pci_read_word, device, at);
}
u32 pci_read_long(pci_dev* device, int at) {
  VFIRST_HAND_ON(pci_read_long, device, at);
}
int pci_read_block(pci_dev* device, int at, u8* bytes, int size) {
  VFIRST_HAND_ON(pci_read_block, device, at, bytes, size);
}
int pci_fill_info(pci_dev* device, int wanted) {
  VFIRST_HAND_ON(pci_fill_info, device, wanted);
}
pci_cap* pci_find_cap(pci_dev* device, unsigned id, unsigned type) {
  VFIRST_HAND_ON(pci_find_cap, device, id, type);
}
// Variable arguments cannot be passed on. We only ask for vendor and device.
char* pci_lookup_name(pci_access* access, char* text, int size, int flags, ...) {
  va_list ids;
  va_start(ids, flags);
  const int vendor = va_arg(ids, int), device = va_arg(ids, int);
  va_end(ids);
  VFIRST_HAND_ON(pci_lookup_name, access, text, size, flags, vendor, device);
}

}  // extern "C"
