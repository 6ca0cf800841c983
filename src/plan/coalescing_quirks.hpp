// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What drivers make of rx-usecs and tx-usecs: which times they delay interrupts by, and what they
// answer when they are asked. A part of the driver quirk table: one row a driver.

#include "base/coalescing.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vfirst {

// All times are in microseconds. A value that a row does not set is the one for a driver that
// nobody has examined.
struct CoalescingQuirk {
  // pci_driver.name of the device that has the port: a PF's or a VF's driver.
  std::string_view driver{};
  // The device delays interrupts by 0, or by `least` to `most`. The driver refuses other times, or
  // takes them and the device does something else.
  unsigned least = 1, most = 65535;
  // Of what the device delays by, each time is a multiple.
  unsigned unit = 1;
  // From this time on `unit` is twice as long, from twice this time on four times, and so on; 0: it
  // is the same for all times.
  unsigned coarser_from = 0;
  // What the driver answers for a time that is no multiple of `unit`: the time that was asked for,
  // or the multiple below or above it.
  enum class Answers { asked, below, above } answers = Answers::asked;
  // What it answers for 0.
  unsigned zero_answers = 0;
  // It can do without a delay. If not, it passes a 0 over or refuses it.
  bool takes_zero = true;
  // It refuses to change a time while adaptive coalescing is on.
  bool adaptive_first = false;
  // Bit n: n is no time for this driver but the word for adaptive coalescing.
  std::uint8_t adaptive_words = 0;
  // One time for both directions, the receiver's.
  bool one_time = false;
  // One switch for adaptive coalescing of both directions.
  bool one_switch = false;
  // It may take a second until it answers a new time.
  bool answers_late = false;
  // It takes a 1 in the two lowest bits of the interrupts per second for its word for adaptive
  // coalescing, and loses the time when the port comes up the next time.
  bool adapts_by_rate = false;
};

std::span<const CoalescingQuirk> coalescing_quirks();
// nullptr where the table has none.
const CoalescingQuirk* coalescing_quirk(std::string_view driver);

// Why the device cannot do what `wanted` says: "driver igb delays interrupts by 0 or 10 to 8191 us,
// not by 8192 (rx-usecs)"; nothing where it can, or where the driver is not in the table.
std::optional<std::string> coalescing_refusal(std::string_view driver, const Coalescing& wanted);
// Why the device will not do it for long: "driver igbvf loses rx-usecs = 25 ..."; nothing where it
// will, or where the driver is not in the table.
std::optional<std::string> coalescing_loss(std::string_view driver, const Coalescing& wanted);
// What the driver answers once it has been asked for `usecs`.
unsigned answer_for(std::string_view driver, unsigned usecs);
// Is `usecs` no time for this driver but its word for adaptive coalescing?
bool means_adaptive(std::string_view driver, unsigned usecs);

}  // namespace vfirst
