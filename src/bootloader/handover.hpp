// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where the arguments belong to someone else's tool: the command, or the thing to sign, ready to be
// used.

#include "kargs/arguments.hpp"
#include "loader/boot_facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// ostree keeps the arguments of a deployment. rpm-ostree's --append-if-missing compares names alone
// (rpm-ostree#4718), and would lose a second hugepagesz=; so plain --append=, each after our
// earlier ones are deleted.
std::string rpm_ostree_command(const Arguments& arguments, const std::vector<std::string>& own);
// bootc keeps them by owner: the same command replaces, and without arguments it removes.
std::string bootc_command(const Arguments& arguments);

// A UKI's command line is signed with it; an addon beside it adds to that line (systemd-stub(7),
// systemd 254).
struct UkiAddon {
  // The content of its .cmdline section.
  std::string cmdline;
  // The ukify line, with the owner's key and certificate.
  std::string build;
  // Where it goes, for every UKI on this ESP.
  std::string place;
  // ... for one of them only.
  std::string alternative;
};
UkiAddon uki_addon(const BootFacts& boot, const Arguments& arguments);

// Several lines for a person: what to run, or what to build and sign. "" for a loader that vfirst
// writes itself.
std::string handover(const BootFacts& boot, const Arguments& arguments);

}  // namespace vfirst
