// SPDX-License-Identifier: GPL-2.0-or-later
// TuneD: what its active profile, and those that it includes, say of isolated cores and of kernel
// arguments. tuned/profiles/loader.py and merger.py: the included profiles first, then the profile
// itself; a later value of one key takes the place of an earlier one.
#include "facts/neighbour_readers.hpp"

#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/readers.hpp"

#include <algorithm>
#include <map>

namespace vfirst::facts {

namespace {

using Tool = Neighbour::Tool;

// consts.py: CFG_DEF_PROFILE_DIRS, of which a later one has the last word. Since 2.24 they have a
// folder "profiles".
constexpr std::string_view kProfileFolders[] = {
    "etc/tuned/profiles", "etc/tuned", "usr/lib/tuned/profiles", "usr/lib/tuned"};
constexpr std::string_view kCores = "isolated_cores";
constexpr unsigned kDeepest = 8;

struct Setting {
  std::string value, file;
  unsigned line = 0;
};

class Profiles {
 public:
  explicit Profiles(const Root& root) : root_(root) {}

  void load(std::string_view name, unsigned depth = 0) {
    // A variable, or "-name": one that need not be there.
    if (name.starts_with('-')) name.remove_prefix(1);
    if (name.empty() || name.find_first_of("$/") != name.npos || depth > kDeepest) return;
    for (const auto folder : kProfileFolders) {
      const auto path = fmt::format("{}/{}/tuned.conf", folder, name);
      const auto text = root_.read(path);
      if (!text) continue;
      each_setting(*text, [&](const ConfigLine& line) {
        if (line.section != "main" || line.key != "include") return;
        for (const auto parents : words(line.value))
          for (const auto parent : split(parents, ','))
            load(parent, depth + 1);
      });
      each_setting(*text, [&](const ConfigLine& line) { take(line, path); });
      return;
    }
  }

  std::vector<Neighbour> found() const {
    std::vector<Neighbour> out;
    const auto add = [&](std::string_view key, const Setting& setting) {
      const auto value = expanded(setting.value);
      if (!value.empty())
        out.push_back({Tool::tuned, setting.file, setting.line, std::string(key), value, 0, {}});
    };
    if (const auto cores = variables_.find(std::string(kCores)); cores != variables_.end())
      add(kCores, cores->second);
    for (const auto& [key, setting] : cmdlines_)
      add("cmdline", setting);
    return out;
  }

 private:
  void take(const ConfigLine& line, const std::string& path) {
    if (line.section == "variables" && line.key == "include") {
      // User-made: "isolated_cores=2-15".
      if (!line.value.starts_with('/')) return;
      const auto file = std::string(line.value.substr(1));
      if (const auto text = root_.read(file))
        each_setting(*text, [&](const ConfigLine& inner) { variable(inner, file); });
    } else if (line.section == "variables") {
      variable(line, path);
    } else if (line.section == "bootloader" && line.key.starts_with("cmdline")) {
      cmdlines_[std::string(line.key)] = {std::string(line.value), path, line.line};
    }
  }

  void variable(const ConfigLine& line, const std::string& path) {
    // "isolated_cores = ${isolated_cores}" only declares it.
    if (line.value == fmt::format("${{{}}}", line.key)) return;
    variables_[std::string(line.key)] = {std::string(line.value), path, line.line};
  }

  // With the variables that have plain values. A word with a function in it (${f:...}) is left out,
  // and so is one that a leading '-' takes away.
  std::string expanded(std::string_view text) const {
    std::string out;
    if (text.starts_with('-')) return out;
    if (text.starts_with('+')) text.remove_prefix(1);
    for (const auto word : words(text)) {
      std::string whole(word);
      for (unsigned i = 0; i < kDeepest; ++i) {
        const auto open = whole.find("${");
        const auto close = open == whole.npos ? whole.npos : whole.find('}', open);
        if (close == whole.npos) break;
        const auto known = variables_.find(whole.substr(open + 2, close - open - 2));
        if (known == variables_.end()) break;
        whole.replace(open, close - open + 1, known->second.value);
      }
      if (whole.find('$') != whole.npos) continue;
      if (!out.empty()) out += ' ';
      out += whole;
    }
    return out;
  }

  const Root& root_;
  std::map<std::string, Setting> variables_, cmdlines_;
};

}  // namespace

void read_tuned(const Root& root, std::vector<Neighbour>& neighbours) {
  if (!root.link("etc/systemd/system/multi-user.target.wants/tuned.service")) return;
  const auto active = root.read("etc/tuned/active_profile");
  if (!active) return;
  Profiles profiles(root);
  for (const auto name : words(*active))
    profiles.load(name);
  std::ranges::move(profiles.found(), std::back_inserter(neighbours));
}

}  // namespace vfirst::facts
