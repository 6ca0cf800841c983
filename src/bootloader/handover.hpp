// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where the arguments are signed with the kernel: the thing to sign, ready to be used.

#include "kargs/arguments.hpp"
#include "loader/boot_facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

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

// Several lines for a person: what to build and sign. "" for a loader that vfirst
// writes itself.
std::string handover(const BootFacts& boot, const Arguments& arguments);

}  // namespace vfirst
