// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/kexec.hpp"

#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

using namespace vfirst;

TEST_CASE("each errno of kexec_file_load tells the owner what to look at", "[kexec]") {
  CHECK(explain_kexec(EPERM).find("lockdown") != std::string::npos);
  CHECK(explain_kexec(EPERM).find("kexec_load_disabled") != std::string::npos);
  for (const int error : {EKEYREJECTED, EKEYREVOKED, EKEYEXPIRED, ENOKEY, EBADMSG, ENOPKG, ENODATA})
    CHECK(explain_kexec(error).starts_with(
        "its signature is not one that the running kernel trusts ("));
  CHECK(
      explain_kexec(ENOSYS) ==
      "the running kernel has no kexec_file_load (CONFIG_KEXEC_FILE is not set)");
  CHECK(explain_kexec(ENOEXEC) == "it is not a kernel that the running kernel can start");
  CHECK(explain_kexec(EBUSY) == "another program is loading a kernel");
  for (const int error : {ENOMEM, EADDRNOTAVAIL})
    CHECK(explain_kexec(error).starts_with("there is no memory for it ("));
  CHECK(explain_kexec(EINVAL).find("command line") != std::string::npos);
  CHECK(explain_kexec(EIO) == "Input/output error");
  for (const int error : {EPERM, ENOSYS, ENOEXEC, EBUSY, EINVAL, EKEYREJECTED})
    CHECK(explain_kexec(error).find('\n') == std::string::npos);
}
