// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Finds and reads the policy files of a machine.

#include "host/root.hpp"
#include "policy/parse.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

// The texts of the search path: *.ini of usr/lib, etc and run /vfirst/policy.d under the root, the
// directories in that order and the files of each by name. A file that is empty or a link to the
// null device takes the same-named ones before it out.
struct PolicyTexts {
  // usr/lib and etc. In an initramfs, what its image put into etc and not what the boot loader did.
  std::vector<Source> own;
  // run: what this boot brought (brought.hpp).
  std::vector<Source> brought;
  // Files of `brought` that cannot be taken, a line each.
  std::vector<std::string> refused;
};

// Refused: a file of `own` that is no regular file or that others may write, or a directory of it
// that others may write.
Result<PolicyTexts> read_search_path(const Root& root);

// `paths` empty: the whole search path, `own` before `brought`. `paths` given (--policy): these
// files and directories of the caller's own file system instead, in order, nothing else.
Result<std::vector<Source>> find_policy(const Root& root, const std::vector<std::string>& paths);
Result<std::vector<Source>> find_own_policy(const Root& root);

// One of the image's own policy files (kImagePolicyFolder) without the line that stands before it;
// nothing where the image has no such file.
std::optional<std::string> image_policy(const Root& root, const std::string& name);

// The names of a directory's policy files, sorted, and one of them as a text under those rules;
// `shown` is its name in errors.
Result<std::vector<std::string>> policy_names(const Root& root, const std::string& directory);
Result<std::string> read_policy_file(
    const Root& root, const std::string& path, std::string_view shown);

// Whether something can be done with a policy: that a plan can be made of it.
using UsablePolicy = std::function<Status(const Policy&)>;

// The machine's policy. A fault of its own files refuses it whole. A file that this boot brought
// is left out where it, together with the others, makes a policy that cannot be read or is not
// `usable`; Policy::refused says so.
Result<Policy> load_policy(
    const Root& root, const std::vector<std::string>& paths, const MatchFacts& machine,
    const UsablePolicy& usable = {});

}  // namespace vfirst
