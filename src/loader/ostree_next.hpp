// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What an ostree host boots next: the deployment that is staged for it, else the first one of those
// that the boot loader offers; and which of its arguments are ours.

#include "host/files.hpp"
#include "kargs/arguments.hpp"
#include "loader/bls_state.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct OstreeNext {
  // Of the entry; "" for a deployment that is staged.
  std::string title;
  // "boot/loader/entries/ostree-2.conf", "run/ostree/staged-deployment".
  std::string source;
  // Every argument, `ostree=` among them; ours; and those of others.
  std::vector<KernelArg> all, own, others;
  // How many of others stand before the first of ours.
  std::size_t at = 0;
  // The entry names an owner for ours: bootc wrote them.
  bool owned_by_bootc = false;
  // Every list of ours that may stand there.
  std::vector<Arguments> recorded;
};

// Refused where the deployment that boots next cannot be told.
Result<OstreeNext> read_ostree_next(const FileReader& files);

// Our record, for arguments that no entry names an owner of: those that were given to rpm-ostree.
// Its lines are `good`, `wanted` and `previous` of BlsState.
Result<BlsState> read_ostree_record(const FileReader& files);

}  // namespace vfirst
