// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Policy that this boot alone brought, gathered in run/vfirst/policy.d, where the real root finds
// it too:
//   NAME.ini        what the boot loader put into the initramfs's etc/vfirst/policy.d, beside
//                   or over the image's own files
//   disk-NAME.ini   *.ini of a filesystem labelled VFIRST
//   url-N-NAME.ini  vfirst.policy=URL, the Nth on the kernel command line
// In the order in which they count: by name.
//
// A URL and a label count only where the kernel command line names them, or where the image's own
// policy lists them ([boot] brought): whoever can write a label on a disk, and that may be a guest,
// is not the owner of this host. Ubuntu Core once took files from any filesystem with a certain
// label (CVE-2020-11933).

#include "host/files.hpp"
#include "host/host_actions.hpp"
#include "host/own_paths.hpp"
#include "host/process.hpp"
#include "host/uevent.hpp"
#include "policy/labelled_disk.hpp"
#include "policy/parse.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The kernel argument that names a source.
inline constexpr std::string_view kBroughtArgument = "vfirst.policy";

// What came of one source, or of one of its files that was refused.
struct Brought {
  // "policy from http://10.0.0.1/host.ini".
  std::string text;
  // The names of its files.
  std::string got;
  // "": it is there.
  std::string cause;
  int error = 0;
  Events::Time took{};
};

// A policy file of a disk: its text, or why it is not read.
struct DiskPolicy {
  std::string name;
  Result<std::string> text;
};

// What a source is got through.
struct PolicySeams {
  // The fetch program.
  RunProcess run;
  // Returns when the network changed, or then.
  std::function<void(std::chrono::milliseconds)> network_change;
  ReadFilesystemName filesystem_name;
  std::function<Result<std::vector<DiskPolicy>>(const std::string& device)> files_on;
  // What [match] of the image's own policy is compared with; asked only where it has one.
  std::function<MatchFacts()> machine;
};
PolicySeams policy_seams(const HostActions& actions);

// `wait`: for a network or a device that the kernel command line speaks of and that may still come,
// and how long; zero in the real root, which is asked again for what the initramfs did not get.
// Each file is checked alone (check_source) before it is kept; one that is refused takes no other
// with it. Never fails: what went wrong is in the answer. Sources that are there already and what
// nobody asked for are not in it, and cost no write.
std::vector<Brought> bring_policy(
    const Root& root, Files& files, Events& events, const PolicySeams& seams, bool initramfs,
    Events::Time wait);

}  // namespace vfirst
