// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/recording_root.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <deque>

namespace vfirst {

RecordingRoot::RecordingRoot(Root root) : Root(std::move(root)) {}

// The path with no link in it, and each link met on the way as an entry. It is called for what
// exists.
std::string RecordingRoot::settle(std::string_view path, bool follow_last) const {
  std::deque<std::string> rest;
  for (auto part : split(path, '/'))
    rest.emplace_back(part);
  std::string done;
  for (int links = 0; !rest.empty();) {
    const auto part = std::move(rest.front());
    rest.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done.resize(done.rfind('/') == std::string::npos ? 0 : done.rfind('/'));
      continue;
    }
    const auto here = done.empty() ? part : done + '/' + part;
    const auto target = (rest.empty() && !follow_last) || links > 40
                            ? Result<std::string>(refuse("not followed"))
                            : Root::link(here);
    if (!target) {
      done = here;
      continue;
    }
    ++links;
    add(here, Entry::Kind::link, *target);
    const auto parts = split(*target, '/');
    rest.insert(rest.begin(), parts.begin(), parts.end());
    if (target->starts_with('/')) done.clear();
  }
  return done;
}

void RecordingRoot::add(const std::string& path, Entry::Kind kind, std::string content) const {
  if (path.empty()) return;
  const auto [at, fresh] = entries_.try_emplace(path, Entry{kind, {}});
  // A file may have been listed or read in part before.
  if (at->second.kind == kind && content.size() > at->second.content.size())
    at->second.content = std::move(content);
  if (!fresh) return;
  if (const auto slash = path.rfind('/'); slash != std::string::npos)
    add(path.substr(0, slash), Entry::Kind::directory);
}

// Seen, not read: a file without its content.
void RecordingRoot::add_as_it_is(const std::string& path) const {
  if (auto target = Root::link(path)) return add(path, Entry::Kind::link, std::move(*target));
  struct stat status;
  if (::fstatat(fd(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  add(path, S_ISDIR(status.st_mode) ? Entry::Kind::directory : Entry::Kind::file);
}

Result<std::string> RecordingRoot::kept(std::string_view path, Result<std::string> content) const {
  if (content) add(settle(path, true), Entry::Kind::file, *content + '\n');
  return content;
}

Result<std::string> RecordingRoot::read(std::string_view path) const {
  return kept(path, Root::read(path));
}

Result<std::string> RecordingRoot::read_head(std::string_view path, std::size_t limit) const {
  return kept(path, Root::read_head(path, limit));
}

Result<std::string> RecordingRoot::read_lines(
    std::string_view path, bool (*keep)(std::string_view)) const {
  return kept(path, only_lines(Root::read(path), keep));
}

Result<std::string> RecordingRoot::link(std::string_view path) const {
  auto target = Root::link(path);
  if (target) add(settle(path, false), Entry::Kind::link, *target);
  return target;
}

bool RecordingRoot::exists(std::string_view path) const {
  if (!Root::exists(path)) return false;
  add_as_it_is(settle(path, true));
  return true;
}

Result<std::vector<std::string>> RecordingRoot::list(std::string_view path) const {
  auto names = Root::list(path);
  if (!names) return names;
  const auto directory = settle(path, true);
  add(directory, Entry::Kind::directory);
  for (const auto& name : *names)
    add_as_it_is(directory + '/' + name);
  return names;
}

void RecordingRoot::note(std::string_view path) const {
  if (auto content = bytes(path)) add(settle(path, true), Entry::Kind::file, std::move(*content));
}

}  // namespace vfirst
