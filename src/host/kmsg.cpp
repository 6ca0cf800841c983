// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/kmsg.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "host/fd.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

namespace vfirst {

namespace {

// "6,1234,5678,-;text": priority, sequence, time, flags (Documentation/ABI/testing/dev-kmsg). A
// line that starts with a blank carries KEY=value of the record before it. dmesg prints
// "[    1.234567] text".
std::string_view message_of(std::string_view line) {
  if (line.starts_with('[')) {
    const auto end = line.find("] ");
    return end == line.npos ? line : line.substr(end + 2);
  }
  const auto end = line.find(';');
  if (end == line.npos || line.empty() || line.front() < '0' || line.front() > '9') return line;
  return line.substr(end + 1);
}

// The low three bits of the priority. A line of dmesg's has none.
std::optional<unsigned> level_of(std::string_view line) {
  const auto priority = parse_number(line.substr(0, line.find(',')));
  return priority && line.find(';') != line.npos
             ? std::optional(static_cast<unsigned>(*priority & 7))
             : std::nullopt;
}

}  // namespace

std::vector<std::string> kernel_log(const Root& root, unsigned least) {
  std::vector<std::string> out;
  std::string text;
  if (auto plain = root.read(kernel_paths::kLog)) {
    text = std::move(*plain);
  } else if (root.is_host()) {
    // Not Root::read: this is a device, blocks at its end unless opened with O_NONBLOCK, and
    // answers one record a read.
    const Fd fd(root.open_at(kernel_paths::kLog, O_RDONLY | O_NONBLOCK));
    char record[8192];
    for (;;) {
      const auto n = ::read(fd, record, sizeof record);
      // EPIPE: the record was overwritten while we read. The next read gives the oldest left.
      if (n < 0 && (errno == EPIPE || errno == EINTR)) continue;
      if (n <= 0) break;
      text.append(record, static_cast<std::size_t>(n));
    }
  }
  for (const auto line : split(text, '\n')) {
    if (line.empty() || line.front() == ' ' || level_of(line).value_or(0) > least) continue;
    if (const auto message = message_of(line); !message.starts_with("vfirst: "))
      out.emplace_back(message);
  }
  return out;
}

std::optional<std::string> newest(
    const std::vector<std::string>& log, std::initializer_list<std::string_view> parts) {
  const auto hit = std::find_if(log.rbegin(), log.rend(), [&](const std::string& line) {
    return std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
      return line.find(part) != line.npos;
    });
  });
  if (hit == log.rend()) return std::nullopt;
  return *hit;
}

}  // namespace vfirst
