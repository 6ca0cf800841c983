// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the commands that change the boot loader share: the lock, the loader in charge, the history.

#include "bootloader/backend.hpp"
#include "cli/command.hpp"
#include "host/host_actions.hpp"
#include "host/lock.hpp"
#include "host/own_paths.hpp"

#include <memory>

namespace vfirst {

// A root, its facts and its boot loader, without a policy: these commands must work where the
// policy is what is broken. Not movable: the backend refers to the rest.
struct Transaction {
  explicit Transaction(Root&& tree) : root(std::move(tree)), files(root) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Root root;
  Facts facts;
  DiskFiles files;
  std::unique_ptr<Backend> backend;
};
Result<std::unique_ptr<Transaction>> open_transaction(const Options& options);

inline constexpr const char* kLockFolder = "boot";
// A line with the time before it. The last hundred are kept. A history that cannot be written is a
// warning: it decides nothing.
void note_history(Files& files, const std::string& line);

// One JSON document, or the difference as text and the notes as words.
void print_change(const Change& change, const Options& options, const char* schema);

// Asks systemd; on success the host is on its way down.
Status reboot_host(const HostActions&);

}  // namespace vfirst
