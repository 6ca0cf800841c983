// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/exit_code.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

using namespace vfirst;

TEST_CASE("exit code 5 comes of a refusal and of nothing else, whatever the errno is", "[report]") {
  CHECK(exit_code_of(refuse("no").error()) == ExitCode::refused);
  CHECK(
      exit_code_of({Error::Kind::refused, std::errc::operation_not_supported, "no"}) ==
      ExitCode::refused);
  for (const int error : {EINVAL, EOPNOTSUPP, EIO, EBUSY})
    CHECK(exit_code_of(failed(error, "no").error()) == ExitCode::failed);
  CHECK(exit_code_of(busy("no").error()) == ExitCode::failed);
}
