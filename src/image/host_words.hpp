// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Words that are right on one machine only: kernel arguments with CPU lists, page counts or a NIC's
// address, and their like in a policy. Pure.

#include "image/difference.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct HostWord {
  std::string word;
  unsigned line = 0;
};

// Each such kernel argument in a text that has some: a command line, an entry, shell or TOML with
// quotes around them. Comment lines are left out, a word that stands in several lines is told once.
std::vector<HostWord> host_arguments(std::string_view text);

// The values of a policy file that fit one host, where no [match] says which: CPU lists and
// arguments fit one model, so any [match] will do; a MAC fits one host, and the [match] must name
// it (serial, hostname, mac). Warnings. A text that is no INI has none: the policy's own parser
// refuses it.
std::vector<Difference> host_values(const std::string& path, std::string_view text);

}  // namespace vfirst
