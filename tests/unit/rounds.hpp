// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How many of `all` rounds a test by random cases plays: under the sanitizers, where each costs ten
// times as much, a tenth.

#include <cstdlib>

namespace vfirst::test {

#ifdef VFIRST_SANITIZED
constexpr unsigned rounds(unsigned all) {
  return all / 10;
}
#else
constexpr unsigned rounds(unsigned all) {
  return all;
}
#endif

// A test that is too long for every run plays `share` of its rounds there, and all of them in the
// long proofs (VFIRST_ALL_ROUNDS is set).
inline unsigned rounds_of(unsigned all, unsigned share) {
  return rounds(std::getenv("VFIRST_ALL_ROUNDS") ? all : share);
}

}  // namespace vfirst::test
