// SPDX-License-Identifier: GPL-2.0-or-later
// The format: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header".
#include "host/tar.hpp"

#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <string>

namespace vfirst {

namespace {

struct Header {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, target[100],
      magic[6], version[2], owner[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
static_assert(sizeof(Header) == 512);

template <std::size_t N>
void octal(char (&field)[N], std::size_t value) {
  const auto text = fmt::format("{:0{}o}", value, N - 1);
  std::memcpy(field, text.data(), N - 1);
}

template <std::size_t N>
void put(char (&field)[N], std::string_view text) {
  text.copy(field, N);
}

// "LENGTH key=value\n". LENGTH counts its own digits, too.
std::string pax_record(std::string_view key, std::string_view value) {
  const auto body = fmt::format(" {}={}\n", key, value);
  auto length = body.size();
  for (std::size_t with = 0; with != length;) {
    with = length;
    length = body.size() + std::to_string(with).size();
  }
  return std::to_string(length) + body;
}

}  // namespace

Status TarWriter::header(
    char type, std::string_view path, std::string_view target, std::size_t size, unsigned mode) {
  std::string records;
  if (path.size() > sizeof Header::name) records += pax_record("path", path);
  if (target.size() > sizeof Header::target) records += pax_record("linkpath", target);
  if (!records.empty()) {
    VFIRST_CHECK(header('x', "pax", {}, records.size(), 0644));
    VFIRST_CHECK(padded(records));
  }
  Header header{};
  put(header.name, path);
  octal(header.mode, mode);
  octal(header.uid, 0);
  octal(header.gid, 0);
  octal(header.size, size);
  octal(header.mtime, 0);
  header.type = type;
  put(header.target, target);
  put(header.magic, std::string_view("ustar\0", 6));
  put(header.version, "00");
  std::memset(header.checksum, ' ', sizeof header.checksum);
  unsigned sum = 0;
  for (const unsigned char byte :
       std::string_view(reinterpret_cast<const char*>(&header), sizeof header))
    sum += byte;
  put(header.checksum, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return write({reinterpret_cast<const char*>(&header), sizeof header});
}

Status TarWriter::directory(std::string_view path) {
  return header('5', fmt::format("{}/", path), {}, 0, 0755);
}
Status TarWriter::link(std::string_view path, std::string_view target) {
  return header('2', path, target, 0, 0777);
}
Status TarWriter::file(std::string_view path, std::string_view content) {
  VFIRST_CHECK(header('0', path, {}, content.size(), 0644));
  return padded(content);
}
Status TarWriter::finish() {
  return write(std::string(1024, '\0'));
}

Status TarWriter::padded(std::string_view content) {
  VFIRST_CHECK(write(content));
  return write(std::string((512 - content.size() % 512) % 512, '\0'));
}

Status TarWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(errno, "the archive cannot be written: {}", std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace vfirst
