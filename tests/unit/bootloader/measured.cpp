// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/measured.hpp"

#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

TEST_CASE(
    "a volume that the TPM unlocks is known from crypttab; a comment and a key file are not",
    "[grub]") {
  CHECK(tpm_volumes(TempTree{}.root()).empty());
  const TempTree tree{
      {"etc/crypttab",
       "# old UUID=0 none tpm2-device=auto\nroot UUID=1 none luks,tpm2-device=auto,discard\nswap "
       "UUID=2 /dev/urandom swap\n\n  data\tUUID=3 - tpm2-device=/dev/tpmrm0\nkeys UUID=4 /etc/key "
       "luks,tpm2-pcrs=7\n"}};
  CHECK(tpm_volumes(tree.root()) == std::vector<std::string>{"root", "data"});
}

TEST_CASE(
    "the warning names the volumes and the registers that this loader measures the arguments "
    "into",
    "[grub][kernel-arguments]") {
  CHECK(measured_warning({}, Loader::grub).empty());
  CHECK(
      measured_warning({"root", "data"}, Loader::grub) ==
      "/etc/crypttab: the TPM unlocks root, data. If that key is sealed to PCR 8 or 9, the TPM "
      "refuses it to a boot with other kernel arguments. Have the recovery key at hand, and seal "
      "the "
      "key again after that boot");
  CHECK(measured_warning({"root"}, Loader::uki).find("sealed to PCR 12,") != std::string::npos);
  CHECK(
      measured_warning({"root"}, Loader::systemd_boot).find("sealed to PCR 12,") !=
      std::string::npos);
}
