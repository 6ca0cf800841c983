// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The two programs that change the arguments of an ostree host's next deployment, and what each
// makes of a line. Both keep a list of arguments, not a text.

#include "loader/ostree_next.hpp"

#include <string>
#include <vector>

namespace vfirst {

// rpm-ostree deletes, then appends (kernel_arg_apply_patching in rpmostreed-transaction-types.cxx).
// Of equal arguments it deletes the first (ostree_kernel_args_delete), so where somebody else's
// equal one stands before ours, all from there on is deleted and appended again. The line is
// `others` and then `wanted`. --append-if-missing and --delete-if-present are not used: the first
// would lose the second hugepages=8 of a line, and before rpm-ostree 2024.1 both compared names
// alone (rpm-ostree#4718).
std::vector<std::string> rpm_ostree_words(const OstreeNext& next, const Arguments& wanted);

// bootc keeps them by owner: the same command replaces, and without arguments it removes.
std::vector<std::string> bootc_words(const Arguments& wanted);
// bootc takes every argument out that equals one that the owner had, and adds none that stands
// there already (compute_merged_options in loader_entries.rs). The argument that it would so not
// add, and later take from somebody else; "" where it makes `others` and then `wanted`.
std::string lost_by_bootc(const OstreeNext& next, const Arguments& wanted);

// For a shell.
std::string command_text(const std::vector<std::string>& words);

}  // namespace vfirst
