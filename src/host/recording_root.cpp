// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/recording_root.hpp"

#include "base/text.hpp"

namespace vfirst {

namespace {

// Two readers may keep different lines of one file; a line that was not kept is empty.
std::string joined_lines(std::string_view text, std::string_view other) {
  const auto ours = split(text, '\n'), theirs = split(other, '\n');
  std::string out;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (i) out += '\n';
    out += ours[i].empty() && i < theirs.size() ? theirs[i] : ours[i];
  }
  return out;
}

}  // namespace

RecordingRoot::RecordingRoot(Root root) : Root(std::move(root)) {}

// Each link that is met on the way becomes an entry.
std::string RecordingRoot::settle(std::string_view path, bool follow_last) const {
  return real_path(path, follow_last, [&](const std::string& link, const std::string& target) {
    add(link, Entry::Kind::link, target);
  });
}

void RecordingRoot::add(const std::string& path, Entry::Kind kind, std::string content) const {
  if (path.empty()) return;
  const auto [at, fresh] = entries_.try_emplace(path, Entry{kind, {}});
  // The file may have been listed or read in part before.
  if (at->second.kind == kind && content.size() > at->second.content.size())
    at->second.content = std::move(content);
  if (!fresh) return;
  if (const auto slash = path.rfind('/'); slash != std::string::npos)
    add(path.substr(0, slash), Entry::Kind::directory);
}

// For what was seen and not read: a file gets no content.
void RecordingRoot::add_as_it_is(const std::string& path) const {
  if (auto target = Root::link(path)) return add(path, Entry::Kind::link, std::move(*target));
  if (is_folder(path))
    add(path, Entry::Kind::directory);
  else if (Root::exists(path))
    add(path, Entry::Kind::file);
}

Result<std::string> RecordingRoot::kept(std::string_view path, Result<std::string> content) const {
  if (content) add(settle(path, true), Entry::Kind::file, *content + '\n');
  return content;
}

Result<std::string> RecordingRoot::read(std::string_view path) const {
  return kept(path, Root::read(path));
}

Result<std::string> RecordingRoot::bytes(std::string_view path) const {
  auto content = Root::bytes(path);
  if (content) add(settle(path, true), Entry::Kind::file, *content);
  return content;
}

Result<std::string> RecordingRoot::read_head(std::string_view path, std::size_t limit) const {
  return kept(path, Root::read_head(path, limit));
}

Result<std::string> RecordingRoot::read_lines(
    std::string_view path, bool (*keep)(std::string_view)) const {
  auto content = only_lines(Root::read(path), keep);
  if (!content) return content;
  const auto real = settle(path, true);
  const auto before = entries_.find(real);
  add(real, Entry::Kind::file,
      (before == entries_.end() ? *content : joined_lines(*content, before->second.content)) +
          '\n');
  return content;
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
  (void)bytes(path);
}

void RecordingRoot::remember(std::string_view path, std::string_view answer) const {
  add(std::string(path), Entry::Kind::file, std::string(answer));
}

}  // namespace vfirst
