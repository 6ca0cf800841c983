// SPDX-License-Identifier: GPL-2.0-or-later
// Opens libmnl on demand. Whoever asks the kernel begins with mnl_socket_open2. Without the library
// it fails with ELIBACC, which says that a shared library is missing. Only link_events.cpp reads
// messages of a socket that it was given, and there a missing library ends the program.
#include "host/lazy_library.hpp"

#include <libmnl/libmnl.h>
#include <cerrno>

VFIRST_LAZY_LIBRARY("libmnl.so.0");

extern "C" {

mnl_socket* mnl_socket_open2(int bus, int flags) {
  if (!library.open()) return errno = ELIBACC, nullptr;
  VFIRST_HAND_ON(mnl_socket_open2, bus, flags);
}
void* mnl_attr_get_payload(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_get_payload, attribute);
}
uint16_t mnl_attr_get_payload_len(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_get_payload_len, attribute);
}
const char* mnl_attr_get_str(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_get_str, attribute);
}
uint16_t mnl_attr_get_type(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_get_type, attribute);
}
uint16_t mnl_attr_get_u16(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_get_u16, attribute);
}
uint32_t mnl_attr_get_u32(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_get_u32, attribute);
}
uint8_t mnl_attr_get_u8(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_get_u8, attribute);
}
void mnl_attr_nest_end(nlmsghdr* message, nlattr* start) {
  VFIRST_HAND_ON(mnl_attr_nest_end, message, start);
}
nlattr* mnl_attr_nest_start(nlmsghdr* message, uint16_t type) {
  VFIRST_HAND_ON(mnl_attr_nest_start, message, type);
}
nlattr* mnl_attr_next(const nlattr* attribute) {
  VFIRST_HAND_ON(mnl_attr_next, attribute);
}
bool mnl_attr_ok(const nlattr* attribute, int length) {
  VFIRST_HAND_ON(mnl_attr_ok, attribute, length);
}
void mnl_attr_put(nlmsghdr* message, uint16_t type, size_t length, const void* data) {
  VFIRST_HAND_ON(mnl_attr_put, message, type, length, data);
}
void mnl_attr_put_strz(nlmsghdr* message, uint16_t type, const char* data) {
  VFIRST_HAND_ON(mnl_attr_put_strz, message, type, data);
}
void mnl_attr_put_u16(nlmsghdr* message, uint16_t type, uint16_t data) {
  VFIRST_HAND_ON(mnl_attr_put_u16, message, type, data);
}
void mnl_attr_put_u32(nlmsghdr* message, uint16_t type, uint32_t data) {
  VFIRST_HAND_ON(mnl_attr_put_u32, message, type, data);
}
void mnl_attr_put_u8(nlmsghdr* message, uint16_t type, uint8_t data) {
  VFIRST_HAND_ON(mnl_attr_put_u8, message, type, data);
}
void* mnl_nlmsg_get_payload(const nlmsghdr* message) {
  VFIRST_HAND_ON(mnl_nlmsg_get_payload, message);
}
void* mnl_nlmsg_get_payload_offset(const nlmsghdr* message, size_t offset) {
  VFIRST_HAND_ON(mnl_nlmsg_get_payload_offset, message, offset);
}
void* mnl_nlmsg_get_payload_tail(const nlmsghdr* message) {
  VFIRST_HAND_ON(mnl_nlmsg_get_payload_tail, message);
}
nlmsghdr* mnl_nlmsg_next(const nlmsghdr* message, int* length) {
  VFIRST_HAND_ON(mnl_nlmsg_next, message, length);
}
bool mnl_nlmsg_ok(const nlmsghdr* message, int length) {
  VFIRST_HAND_ON(mnl_nlmsg_ok, message, length);
}
void* mnl_nlmsg_put_extra_header(nlmsghdr* message, size_t size) {
  VFIRST_HAND_ON(mnl_nlmsg_put_extra_header, message, size);
}
nlmsghdr* mnl_nlmsg_put_header(void* buffer) {
  VFIRST_HAND_ON(mnl_nlmsg_put_header, buffer);
}
int mnl_socket_bind(mnl_socket* socket, unsigned int groups, pid_t pid) {
  VFIRST_HAND_ON(mnl_socket_bind, socket, groups, pid);
}
int mnl_socket_close(mnl_socket* socket) {
  VFIRST_HAND_ON(mnl_socket_close, socket);
}
ssize_t mnl_socket_recvfrom(const mnl_socket* socket, void* buffer, size_t size) {
  VFIRST_HAND_ON(mnl_socket_recvfrom, socket, buffer, size);
}
ssize_t mnl_socket_sendto(const mnl_socket* socket, const void* request, size_t size) {
  VFIRST_HAND_ON(mnl_socket_sendto, socket, request, size);
}
int mnl_socket_setsockopt(const mnl_socket* socket, int type, void* buffer, socklen_t length) {
  VFIRST_HAND_ON(mnl_socket_setsockopt, socket, type, buffer, length);
}
}
