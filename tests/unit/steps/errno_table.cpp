// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/errno_table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <set>

using namespace vfirst;

TEST_CASE("every case stands in the table once, with a meaning", "[sriov][steps]") {
  std::set<std::pair<Place, int>> seen;
  for (const auto& row : errno_table()) {
    CHECK(seen.emplace(row.place, row.error).second);
    CHECK_FALSE(row.meaning.empty());
  }
}

TEST_CASE("the reactions are those of the interface", "[sriov][steps]") {
  CHECK(reaction_to(Place::write_numvfs, ENOENT) == Reaction::wait);
  CHECK(reaction_to(Place::write_numvfs, kNothingHappened) == Reaction::raise_port);
  CHECK(reaction_to(Place::bind, EBUSY) == Reaction::accept);
  CHECK(reaction_to(Place::set_vf, EAGAIN) == Reaction::retry);
  CHECK(reaction_to(Place::smp_affinity, EPERM) == Reaction::note);
  CHECK(reaction_to(Place::smp_affinity, EIO) == Reaction::note);
  CHECK(reaction_to(Place::smp_affinity, ENOSPC) == Reaction::widen);
  CHECK(reaction_to(Place::coalesce, EOPNOTSUPP) == Reaction::drop);
  CHECK(reaction_to(Place::write_numvfs, EIO) == Reaction::fail);
}

TEST_CASE("an errno without a row has the C library's words", "[sriov][steps]") {
  CHECK(explain_errno(Place::write_numvfs, EXDEV) == "EXDEV: Invalid cross-device link");
  CHECK(
      explain_errno(Place::bind, EINVAL) ==
      "EINVAL: the device has no IOMMU group; it needs intel_iommu=on (Intel), or VT-d / AMD-Vi / "
      "SMMU turned on in the BIOS");
}
