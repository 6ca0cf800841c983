// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the boot loader's files add to the facts, and to a plan's findings about others' arguments.

#include "bootloader/backend.hpp"
#include "host/root.hpp"
#include "plan/plan.hpp"

#include <functional>

namespace vfirst {

// BootFacts::own_arguments, the longest first: one may hold another, and is to be known as a whole.
// A loader that cannot be read is apply's and status's to complain about; the devices are planned
// without it.
void add_own_arguments(const Root& root, BootFacts& boot);
// The same from a loader that is open already; null where vfirst cannot write it.
void add_own_arguments(const Backend* backend, BootFacts& boot);

// BootFacts::sources, for a document that goes where the files are not.
void add_sources(const Root& root, BootFacts& boot);

// Gives the findings about others' arguments the lines in which these stand. `sources_of`: the
// lines for a word, as the boot loader's files have it; empty where no file of a later boot has it.
void add_finding_sources(
    Plan& plan, const std::function<std::vector<Origin>(std::string_view word)>& sources_of);
// The same from BootFacts::sources.
void add_noted_sources(Plan& plan, const BootFacts& boot);

}  // namespace vfirst
