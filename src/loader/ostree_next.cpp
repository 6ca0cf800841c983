// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/ostree_next.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/bls_entry.hpp"
#include "loader/staged_deployment.hpp"

#include <algorithm>
#include <charconv>

namespace vfirst {

namespace {

// As ostree_sysroot_write_deployments gives it: the higher, the further in front.
[[gnu::cold]] unsigned long version_of(const BlsEntry& entry) {
  unsigned long number = 0;
  const auto text = entry.value("version");
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

struct Line {
  std::string title, source;
  std::vector<KernelArg> all;
  Arguments named;
};

[[gnu::cold]] Result<Line> read_staged(const FileReader& files) {
  const auto text = VFIRST_TRY(files.read(kStagedDeployment));
  const auto staged = StagedDeployment::parse(text);
  if (!staged) return refuse("{}: {}", kStagedDeployment, staged.error().what);
  Line line;
  line.source = kStagedDeployment;
  // Words without their blanks, as ostree writes them into the entry.
  line.all = split_arguments(joined(staged->arguments, " "));
  if (const auto found = staged->keys.find(kBlsOwnKey); found != staged->keys.end())
    line.named = found->second;
  return line;
}

[[gnu::cold]] Result<Line> read_entries(const FileReader& files) {
  constexpr auto folder = kEntryFolders[0];
  Line line;
  unsigned long highest = 0;
  for (const auto& name : VFIRST_TRY(files.list(folder))) {
    if (!name.starts_with("ostree-") || !name.ends_with(".conf")) continue;
    auto path = fmt::format("{}/{}", folder, name);
    const auto text = files.read(path);
    if (!text) continue;
    const auto entry = BlsEntry::parse(*text, BlsReader::grub);
    const auto version = version_of(entry);
    if (!line.source.empty() && version <= highest) continue;
    highest = version;
    line = {entry.value("title"), std::move(path), entry.options().args(), entry.own()};
  }
  if (line.source.empty()) return refuse("{}: has no entry of ostree's", folder);
  return line;
}

// Which of the line are ours.
using Marks = std::vector<bool>;

// Where the words of `ours` stand in the line, one behind the other: somebody may have taken single
// ones out. One word of several alone may be somebody else's of the same text, so it does not
// count.
[[gnu::cold]] Marks recorded_in(
    const std::vector<KernelArg>& line, const std::vector<KernelArg>& ours) {
  std::size_t first = 0, count = 0;
  for (std::size_t begin = 0; begin < line.size(); ++begin) {
    auto next = ours.begin();
    auto end = begin;
    for (; end < line.size(); ++end) {
      next = std::ranges::find(next, ours.end(), line[end].raw, &KernelArg::raw);
      if (next == ours.end()) break;
      ++next;
    }
    // The last one of equal length: ours stand behind the others.
    if (end - begin >= count) first = begin, count = end - begin;
  }
  Marks marks(line.size());
  if (count >= 2 || count == ours.size())
    std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(first), count, true);
  return marks;
}

// bootc looks for each by itself, and takes all that are equal (Cmdline::remove_exact).
[[gnu::cold]] Marks owned_in(const std::vector<KernelArg>& line, const Arguments& ours) {
  Marks marks;
  for (const auto& argument : line)
    marks.push_back(ours.contains(argument));
  return marks;
}

}  // namespace

Result<BlsState> read_ostree_record(const FileReader& files) {
  const auto text = files.read(kOstreeRecord);
  if (!text && text.error().code == std::errc::no_such_file_or_directory) return BlsState{};
  if (!text) return std::unexpected(text.error());
  auto record = BlsState::parse(*text);
  if (!record) return refuse("{}: {}", kOstreeRecord, record.error().what);
  return record;
}

Result<OstreeNext> read_ostree_next(const FileReader& files) {
  auto line =
      VFIRST_TRY(files.exists(kStagedDeployment) ? read_staged(files) : read_entries(files));
  const auto record = VFIRST_TRY(read_ostree_record(files));
  OstreeNext next;
  next.title = std::move(line.title);
  next.source = std::move(line.source);
  next.owned_by_bootc = !line.named.empty();
  // A run that was cut short may have left either.
  if (record.wanted) next.recorded.push_back(record.wanted->arguments);
  next.recorded.push_back(record.good.arguments);
  if (record.previous) next.recorded.push_back(record.previous->arguments);
  std::erase_if(next.recorded, [](const Arguments& arguments) { return arguments.empty(); });
  Marks marks(line.all.size());
  if (next.owned_by_bootc) {
    marks = owned_in(line.all, line.named);
    next.recorded.insert(next.recorded.begin(), line.named);
  } else {
    for (const auto& ours : next.recorded)
      if (auto found = recorded_in(line.all, ours.list());
          std::ranges::count(found, true) > std::ranges::count(marks, true))
        marks = std::move(found);
  }
  for (std::size_t i = 0; i < line.all.size(); ++i) {
    if (marks[i] && next.own.empty()) next.at = i;
    (marks[i] ? next.own : next.others).push_back(line.all[i]);
  }
  if (next.own.empty()) next.at = line.all.size();
  next.all = std::move(line.all);
  return next;
}

}  // namespace vfirst
