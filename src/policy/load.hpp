// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Finds and reads the policy files of a machine.

#include "host/root.hpp"
#include "policy/parse.hpp"

#include <string>
#include <vector>

namespace vfirst {

// `paths` empty: *.ini of usr/lib, etc and run /vfirst/policy.d under the root, the directories in
// that order and the files of each by name. A file that is empty or a link to the null device takes
// the same-named ones before it out. `paths` given (--policy): these files and directories of the
// caller's own file system instead, in order, nothing else. Refused: a file that is no regular
// file, or that others may write; a directory of the search path that others may write.
Result<std::vector<Source>> find_policy(const Root& root, const std::vector<std::string>& paths);

// The names of a directory's policy files, sorted, and one of them as a text under those rules;
// `shown` is its name in errors.
Result<std::vector<std::string>> policy_names(const Root& root, const std::string& directory);
Result<std::string> read_policy_file(
    const Root& root, const std::string& path, std::string_view shown);

Result<Policy> load_policy(
    const Root& root, const std::vector<std::string>& paths, const MatchFacts& machine);

}  // namespace vfirst
