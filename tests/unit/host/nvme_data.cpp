// SPDX-License-Identifier: GPL-2.0-or-later
// Identify data laid out by the NVMe base specification, and the words of commands.
#include "host/nvme_data.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

using namespace vfirst;

namespace {

void put_number(std::string& data, std::size_t at, std::size_t bytes, unsigned value) {
  for (std::size_t i = 0; i < bytes; ++i)
    data[at + i] = static_cast<char>(value >> (8 * i));
}

std::string blank() {
  return std::string(nvme::kIdentifySize, '\0');
}

}  // namespace

TEST_CASE("a controller tells its number and whether it manages others", "[sriov]") {
  auto data = blank();
  put_number(data, 78, 2, 0x4142);
  CHECK(nvme::decode_controller(data) == NvmePrimary{.id = 0x4142});
  // Format NVM, firmware, namespaces and directives alone.
  put_number(data, 256, 2, 0x2e);
  CHECK_FALSE(nvme::decode_controller(data).manages);
  put_number(data, 256, 2, 0xae);
  CHECK(nvme::decode_controller(data).manages);
}

TEST_CASE("a primary controller tells what it can hand out", "[sriov]") {
  auto data = blank();
  put_number(data, 0, 2, 7);
  put_number(data, 4, 1, 3);
  // VQFRT, VQRFA, VQRFAP, VQPRT, VQFRSM, VQGRAN; then the same of VI.
  put_number(data, 32, 4, 256), put_number(data, 36, 4, 12), put_number(data, 40, 2, 5);
  put_number(data, 42, 2, 6), put_number(data, 44, 2, 8), put_number(data, 46, 2, 2);
  put_number(data, 64, 4, 128), put_number(data, 68, 4, 13), put_number(data, 72, 2, 9);
  put_number(data, 74, 2, 10), put_number(data, 76, 2, 4), put_number(data, 78, 2, 1);
  NvmePrimary read{.id = 7, .manages = true};
  nvme::decode_primary(data, read);
  CHECK(
      read == NvmePrimary{
                  .id = 7,
                  .manages = true,
                  .queues = {.total = 256, .primary = 5, .most = 8, .step = 2},
                  .interrupts = {.total = 128, .primary = 9, .most = 4, .step = 1}});
  // More than any controller has.
  put_number(data, 32, 4, 0xffffffff);
  nvme::decode_primary(data, read);
  CHECK(read.queues.total == 0xffff);
}

TEST_CASE("a list of secondary controllers has as many as it says, 127 at most", "[sriov]") {
  auto data = blank();
  CHECK(nvme::decode_secondaries(data).empty());
  put_number(data, 0, 1, 2);
  put_number(data, 32, 2, 1), put_number(data, 34, 2, 0x41), put_number(data, 36, 1, 1);
  put_number(data, 40, 2, 1), put_number(data, 42, 2, 2), put_number(data, 44, 2, 3);
  put_number(data, 64, 2, 2), put_number(data, 72, 2, 2), put_number(data, 74, 2, 300);
  CHECK(
      nvme::decode_secondaries(data) ==
      std::vector<NvmeSecondary>{
          {.id = 1, .vf_number = 1, .online = true, .queues = 2, .interrupts = 3},
          {.id = 2, .vf_number = 2, .online = false, .queues = 300, .interrupts = 0}});
  put_number(data, 0, 1, 255);
  CHECK(nvme::decode_secondaries(data).size() == nvme::kListSize);
  CHECK(nvme::decode_secondaries("").empty());
  CHECK(nvme::decode_secondaries("\x01").size() == 1);
}

// As nvme-cli sends them: nvme virt-mgmt --cntlid=0x41 --act=8 --rt=1.
TEST_CASE("the words of Identify and of Virtualization Management", "[sriov]") {
  using enum nvme::Manage;
  CHECK(nvme::identify_word(nvme::kSecondaries, 0x102) == 0x01020015);
  CHECK(nvme::manage_word(assign, nvme::Resource::interrupts, 0x41) == 0x00410108);
  CHECK(nvme::manage_word(assign, nvme::Resource::queues, 1) == 0x00010008);
  CHECK(nvme::manage_word(online, nvme::Resource::queues, 1) == 0x00010009);
  CHECK(nvme::manage_word(offline, nvme::Resource::queues, 0x1ffff) == 0xffff0007);
}

TEST_CASE("an NVMe status is told in words, whatever the bits above it say", "[sriov][report]") {
  CHECK(
      nvme::status_text(0x4120) ==
      "NVMe status 0x120: the state of the secondary controller, or of its primary controller, "
      "does "
      "not allow it");
  CHECK(nvme::status_errno(0x4001) == EOPNOTSUPP);
  CHECK(nvme::status_text(0x7f) == "NVMe status 0x07f: it refuses this command");
  CHECK(nvme::status_errno(0x7f) == EIO);
}
