// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Chance for made-up machines: the same numbers for the same seed.

#include <algorithm>
#include <cstddef>
#include <random>

namespace vfirst::test {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  // Both ends may come.
  unsigned from(unsigned low, unsigned high) {
    return std::uniform_int_distribution<unsigned>(low, high)(engine_);
  }
  bool one_in(unsigned n) { return from(1, n) == 1; }
  template <std::size_t N>
  const char* of(const char* const (&items)[N]) {
    return items[from(0, static_cast<unsigned>(N) - 1)];
  }
  template <class T>
  void shuffle(T& items) {
    std::shuffle(items.begin(), items.end(), engine_);
  }

 private:
  std::mt19937 engine_;
};

}  // namespace vfirst::test
