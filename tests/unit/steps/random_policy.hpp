// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A policy for a made-up host: sections for its PFs with whatever their devices take.

#include "unit/steps/random_host.hpp"

#include <string>
#include <vector>

namespace vfirst::test {

// A [pf] section, and its [vf] section where it has one.
struct RandomSection {
  // Positions in RandomHost::functions.
  std::vector<std::size_t> pfs;
  std::string text;
  // The number of VFs; 0: all.
  unsigned vfs = 0;
  // A VF goes to a guest.
  bool vfio = false;
  bool boot_nic = false, unknown_carrier = false, recreate = false;

  unsigned count(const RandomFunction& pf) const { return vfs ? vfs : pf.total; }
  // Nothing that the owner allowed to exist is in the way of these VFs.
  bool can_be_done(const RandomHost& host, const RandomFunction& pf) const {
    return pf.existing == 0 ||
           (!host.busy.contains(pf.address) && (pf.existing == count(pf) || recreate));
  }
};

std::vector<RandomSection> random_policy(const RandomHost& host, unsigned seed);
std::string text_of(const std::vector<RandomSection>& sections);

}  // namespace vfirst::test
