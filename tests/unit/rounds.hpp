// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How many of `all` rounds a test by random cases plays: under the sanitizers, where each costs ten
// times as much, a tenth.

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

}  // namespace vfirst::test
