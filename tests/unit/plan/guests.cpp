// SPDX-License-Identifier: GPL-2.0-or-later
// The guests that are defined on a host against its plan's hugepages.
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr std::uint64_t kGib = 1 << 20;

DefinedGuest guest_of(
    std::uint64_t gib, std::optional<std::uint64_t> page_kb, bool autostart = true) {
  return {"web", "etc/libvirt/qemu/web.xml", gib * kGib, page_kb, autostart};
}

Plan with_guests(std::vector<DefinedGuest> guests, std::string_view text) {
  auto facts = Machine{.nodes = 1}.facts();
  facts.guests = std::move(guests);
  return plan(facts, text);
}

constexpr auto kFortyPages = "[hugepages]\nsize = 1G\nper-node = 40\nhost-reserve = 4G\n";

}  // namespace

TEST_CASE("a guest that asks for pages of another size is named", "[hugepages]") {
  CHECK(
      message(with_guests({guest_of(8, 2048)}, kFortyPages), "guest-page-size") ==
      "/etc/libvirt/qemu/web.xml: guest web asks for hugepages of 2M, and the plan reserves none "
      "of that size, only 1G: it will not start");
  CHECK_FALSE(finding(with_guests({guest_of(8, 1 << 20)}, kFortyPages), "guest-page-size"));
  CHECK_FALSE(finding(with_guests({guest_of(8, 0)}, kFortyPages), "guest-page-size"));
  CHECK_FALSE(finding(with_guests({guest_of(8, {})}, kFortyPages), "guest-page-size"));
  CHECK(finding(
      with_guests({guest_of(8, 1 << 20)}, "[hugepages]\nsize = 2M\nper-node = 50%\n"),
      "guest-page-size"));
  // Others reserve them.
  auto facts = Machine{.nodes = 1}.facts();
  facts.guests = {guest_of(8, 2048)};
  facts.boot.cmdline = "hugepagesz=2M hugepages=4096";
  CHECK_FALSE(finding(plan(facts, kFortyPages), "guest-page-size"));
  // Without hugepages of the plan nothing is taken away.
  CHECK_FALSE(
      finding(with_guests({guest_of(8, 2048)}, "[cpu]\nisolate = yes\n"), "guest-page-size"));
}

TEST_CASE("pages that are in use now and not planned are said", "[hugepages]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.numa[0].pools = {{2048, 8192, 1024}, {1 << 20, 4, 0}};
  CHECK(
      message(plan(facts, kFortyPages), "hugepages-in-use") ==
      "14.0G of hugepages of 2M are in use in this boot, and the next one reserves none of that "
      "size, only 1G");
  facts.numa[0].pools = {{2048, 8192, 8192}};
  CHECK_FALSE(finding(plan(facts, kFortyPages), "hugepages-in-use"));
}

TEST_CASE("guests that start by themselves and need more pages than planned", "[hugepages]") {
  CHECK(
      message(
          with_guests({guest_of(24, 1 << 20), guest_of(20, 0)}, kFortyPages),
          "guests-exceed-pages") ==
      "/etc/libvirt/qemu/web.xml: 2 guests that start by themselves need 44.0G of hugepages, and "
      "the plan has 40.0G: 4 pages more of 1G would do");
  CHECK_FALSE(finding(with_guests({guest_of(40, 1 << 20)}, kFortyPages), "guests-exceed-pages"));
  CHECK_FALSE(
      finding(with_guests({guest_of(64, 1 << 20, false)}, kFortyPages), "guests-exceed-pages"));
}

TEST_CASE("guests without hugepages need what the pages leave", "[hugepages]") {
  // 64G, of which 40G are pages, 4G the host's and 1G page structs.
  CHECK_FALSE(finding(with_guests({guest_of(19, {})}, kFortyPages), "guests-without-pages"));
  CHECK(
      message(with_guests({guest_of(22, {})}, kFortyPages), "guests-without-pages") ==
      "/etc/libvirt/qemu/web.xml: 1 guest that starts by itself has no hugepages and needs 22.0G, "
      "and the pages leave 19.0G beside the host's reserve: plan 3 pages of 1G less, or give it "
      "hugepages");
  CHECK_FALSE(finding(with_guests({guest_of(22, {}, false)}, kFortyPages), "guests-without-pages"));
}
