// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/provision.hpp"

#include "host/own_paths.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

struct Installation {
  test::TempTree tree{{"var/lib/keep", ""}};
  Root root = tree.root();
  DiskFiles files{root, Settle::sync};
  Provisioning next(bool needed, Reboot policy) {
    auto answer = next_provisioning(files, needed, policy, "0123");
    REQUIRE(answer);
    return *answer;
  }
};

}  // namespace

TEST_CASE(
    "provisioning reboots once and never twice, however often it is asked", "[provisioning]") {
  Installation one;
  CHECK(one.next(true, Reboot::reboot) == Provisioning::reboot_now);
  CHECK(one.next(true, Reboot::reboot) == Provisioning::spent);
  CHECK(one.next(true, Reboot::reboot) == Provisioning::spent);
}

TEST_CASE(
    "a boot that has its arguments is stamped, and nothing is written for it again",
    "[provisioning][kernel-arguments]") {
  Installation one;
  CHECK(one.next(true, Reboot::reboot) == Provisioning::reboot_now);
  CHECK(one.next(false, Reboot::reboot) == Provisioning::done);
  CHECK(one.files.exists(kProvisionedStamp));
  CHECK(one.next(false, Reboot::reboot) == Provisioning::done);
}

TEST_CASE("a policy without a reboot leaves it to the owner", "[provisioning][policy]") {
  Installation one;
  CHECK(one.next(true, Reboot::none) == Provisioning::waiting);
  CHECK_FALSE(one.files.exists(kProvisionReboots));
}

TEST_CASE(
    "a kexec is begun once, and what follows it is the one full reboot", "[provisioning][kexec]") {
  Installation one;
  CHECK(one.next(true, Reboot::kexec) == Provisioning::kexec_now);
  CHECK(one.next(true, Reboot::kexec) == Provisioning::reboot_now);
  CHECK(one.next(true, Reboot::kexec) == Provisioning::spent);
}

TEST_CASE("where the count cannot be written there is no reboot", "[provisioning]") {
  struct Full final : Files {
    Status create(std::string_view path, std::string_view, unsigned) override {
      return failed(ENOSPC, "{}: full", path);
    }
    Status rename(std::string_view, std::string_view) override { return {}; }
    Status overwrite(std::string_view, std::string_view) override { return {}; }
    Status settle(std::string_view) override { return {}; }
    Status remove(std::string_view) override { return {}; }
    Result<std::string> read(std::string_view path) const override {
      return failed(ENOENT, "{}", path);
    }
    bool exists(std::string_view) const override { return false; }
    unsigned mode(std::string_view) const override { return 0; }
    Result<std::vector<std::string>> list(std::string_view) const override {
      return std::vector<std::string>{};
    }
  } full;
  const auto answer = next_provisioning(full, true, Reboot::reboot, "0123");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == std::errc::no_space_on_device);
  CHECK_FALSE(next_provisioning(full, true, Reboot::kexec, "0123"));
}

TEST_CASE(
    "a policy file is no consent: a sealed image is, or the owner's word",
    "[provisioning][policy]") {
  Installation one;
  BootPolicy policy;
  CHECK_FALSE(may_provision(one.files, policy));
  policy.reboot = Setting<Reboot>{Reboot::reboot, {}};
  CHECK_FALSE(may_provision(one.files, policy));
  policy.provision = Setting<bool>{false, {}};
  CHECK_FALSE(may_provision(one.files, policy));
  SECTION("the word") {
    policy.provision = Setting<bool>{true, {}};
    CHECK(may_provision(one.files, policy));
  }
  SECTION("the seal, whatever the policy's default") {
    one.tree.add(kSealedMark, "");
    CHECK(may_provision(one.files, policy));
  }
  SECTION("provisioning that an earlier version began is finished") {
    CHECK(one.next(true, Reboot::reboot) == Provisioning::reboot_now);
    CHECK(may_provision(one.files, policy));
  }
}
