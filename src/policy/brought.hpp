// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Policy that this boot alone brought, gathered in run/vfirst/policy.d, where the real root finds
// it too:
//   NAME.ini        what the boot loader put into the initramfs's etc/vfirst/policy.d, beside
//                   or over the image's own files
//   disk-NAME.ini   *.ini of a filesystem labelled VFIRST
//   url-N-NAME.ini  vfirst.policy=URL, the Nth on the kernel command line
// In the order in which they count: by name.

#include "host/files.hpp"
#include "host/own_paths.hpp"
#include "host/process.hpp"
#include "host/uevent.hpp"
#include "policy/parse.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

// what came of one source
struct Brought {
  // "policy from http://10.0.0.1/host.ini"
  std::string text;
  // the names of its files
  std::string got;
  // "": it is there
  std::string cause;
  int error = 0;
  Events::Time took{};
};

// What a source is got through.
struct PolicySeams {
  // the fetch program
  RunProcess run;
  // returns when the network changed, or then
  std::function<void(std::chrono::milliseconds)> network_change;
  // the VFIRST filesystem's device; everywhere: not by udev's link alone
  std::function<std::optional<std::string>(bool everywhere)> labelled;
  std::function<Result<std::vector<Source>>(const std::string& device)> files_on;
};
PolicySeams policy_seams(const Root& root);

// The image's own policy files under their names, each behind one line of comment (dracut hardlinks
// equal files, and what the boot loader adds would then be written through to both). Without it
// nobody can tell the two kinds apart: none is copied.
inline constexpr auto kImagePolicyFolder = "usr/lib/vfirst/image-policy.d";

// `wait`: for a network or a device that the kernel command line speaks of and that may still come,
// and how long; zero in the real root, which is asked again for what the initramfs did not get.
// Never fails: what went wrong is in the answer. Sources that are there already and what nobody
// asked for are not in it, and cost no write.
std::vector<Brought> bring_policy(
    const Root& root, Files& files, Events& events, const PolicySeams& seams, bool initramfs,
    Events::Time wait);

}  // namespace vfirst
