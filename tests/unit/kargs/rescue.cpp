// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/rescue.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

TEST_CASE(
    "the words of systemd, dracut and friendly-recovery that ask for a rescue boot are known",
    "[kernel-arguments]") {
  for (const auto word :
       {"single", "s", "S", "1", "-s", "rescue", "emergency", "-b", "recovery",
        "systemd.unit=rescue.target", "systemd.unit=emergency.target",
        "rd.systemd.unit=rescue.target", "rd.systemd.unit=emergency.target", "rd.break",
        "rd.break=pre-mount", "rd.emergency", "rd.rescue"}) {
    INFO(word);
    const auto found =
        rescue_argument(split_arguments(std::string("root=x ro ") + word + " quiet"));
    REQUIRE(found);
    CHECK(found->raw == word);
  }
}

TEST_CASE("words that only look like those are none", "[kernel-arguments]") {
  for (const auto line :
       {"", "root=single-disk rescue=no", "rd.emergency=reboot rd.shell=0",
        "systemd.unit=multi-user.target", "foo=\"a single b\"", "init=/bin/1"}) {
    INFO(line);
    CHECK_FALSE(rescue_argument(split_arguments(line)));
  }
}
