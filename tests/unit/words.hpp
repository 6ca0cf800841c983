// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Checks of texts for people.

#include "base/sentence.hpp"

#include <catch2/catch_test_macros.hpp>

// A CHECK of such a text. In tests/scramble every text is garbled: there the expression is
// evaluated, for what it does, and its answer is not looked at. The rest of the case holds.
#define CHECK_WORDS(...)                        \
  do {                                          \
    if (vfirst::sentence("a text") == "a text") \
      CHECK(__VA_ARGS__);                       \
    else                                        \
      static_cast<void>(__VA_ARGS__);           \
  } while (false)
