// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/kmsg.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

TEST_CASE(
    "the kernel's words are its own, without the line that vfirst leaves there", "[machine]") {
  const test::TempTree tree{
      {"dev/kmsg",
       "6,1,100,-;igb 0000:41:00.0: 7 VFs allocated\n SUBSYSTEM=pci\n13,2,200,-;vfirst: complete "
       "in the initramfs: 31 steps\n4,3,300,-;[drm] x\n"}};
  CHECK(
      kernel_log(tree.root()) ==
      std::vector<std::string>{"igb 0000:41:00.0: 7 VFs allocated", "[drm] x"});
  CHECK(kernel_log(tree.root(), kKernelWarning) == std::vector<std::string>{"[drm] x"});
}
