// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Configuration in the way that systemd, udev, modprobe and NetworkManager share: folders under
// /etc, /run and /usr, a name in the earlier folder hides the same name in a later one.

#include "host/root.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst::facts {

struct ConfigFile {
  // "10-vf.link", "etc/systemd/network/10-vf.link".
  std::string name, path;
};

// Where modprobe finds its configuration (modprobe.d(5)).
inline constexpr std::string_view kModprobeFolders[] = {
    "etc/modprobe.d", "run/modprobe.d", "usr/local/lib/modprobe.d", "usr/lib/modprobe.d"};

// The files NAME.SUFFIX of these folders, by name; `suffix` with its dot.
std::vector<ConfigFile> config_files(
    const Root&, const std::vector<std::string>& folders, std::string_view suffix);

struct ConfigLine {
  // Section without its brackets.
  std::string_view section, key, value;
  unsigned line = 0;
};
// "key = value" lines under "[section]"; '#' and ';' begin a comment line.
void each_setting(std::string_view text, const std::function<void(const ConfigLine&)>& visit);

}  // namespace vfirst::facts
