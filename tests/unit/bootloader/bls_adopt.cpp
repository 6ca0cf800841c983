// SPDX-License-Identifier: GPL-2.0-or-later
#include "bls_hosts.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kOurs = "isolcpus=managed_irq,domain,2-7";

// Where the argument stands on this host.
std::vector<ForeignSource> sources(const BlsHost& host, const std::string& argument) {
  const auto view = BlsView::read(host.files, host.boot);
  REQUIRE(view);
  return bls_sources(host.files, host.root, *view, split_arguments(argument).front());
}

unsigned count(const std::string& line, const std::string& word) {
  unsigned n = 0;
  for (const auto& arg : CommandLine::parse(line).args())
    n += arg.raw == word;
  return n;
}
// What the loader would hand over for each normal entry.
std::map<std::string, std::string> lines(const BlsHost& host) {
  std::map<std::string, std::string> out;
  for (const auto& [path, text] : host.files.disk)
    if (is_entry(path) && path.find("rescue") == path.npos && path.find("memtest") == path.npos)
      out[path] = given(host, path);
  return out;
}

}  // namespace

TEST_CASE(
    "on every host, adopted words are given as before, can then be replaced, and remove puts back "
    "every byte",
    "[bls][trial]") {
  for (auto& host : bls_hosts()) {
    INFO(host.name);
    const Arguments words = left_by_others(host);
    const auto before = host.files.disk;
    const auto were = lines(host);
    for (const auto& word : words)
      CHECK_FALSE(sources(host, word.raw).empty());
    const auto adopted = host.backend().adopt(words);
    if (!adopted) FAIL(adopted.error().what);
    CHECK(adopted->wrote);
    CHECK(adopted->taken == words);
    for (const auto& [path, line] : lines(host)) {
      INFO(path << ": " << line);
      // every kernel has them, once
      for (const auto& word : words)
        CHECK(count(line, word.raw) >= count(were.at(path), word.raw));
      for (const auto& word : words)
        CHECK(count(line, word.raw) == 1);
    }
    for (const auto& word : words)
      CHECK(sources(host, word.raw).empty());
    const int writes = host.files.writes;
    CHECK_FALSE(host.backend().adopt(words)->wrote);
    CHECK(host.files.writes == writes);
    {
      BlsHost other(host.name, host.boot.loader, host.files.disk);
      other.boot = host.boot;
      REQUIRE(other.backend().remove(false));
      CHECK(other.files.disk == before);
    }
    REQUIRE(host.apply(kOurs));
    for (const auto& [path, line] : lines(host)) {
      INFO(path << ": " << line);
      CHECK(count(line, kOurs) == 1);
      for (const auto& word : words)
        CHECK(count(line, word.raw) == 0);
    }
    const int applied = host.files.writes;
    CHECK_FALSE(host.apply(kOurs)->wrote);
    CHECK(host.files.writes == applied);
    const auto removed = host.backend().remove(false);
    REQUIRE(removed);
    CHECK(removed->notes.empty());
    CHECK(host.files.disk == before);
  }
}

TEST_CASE(
    "a rollback after an adoption leaves the kernel the words that others wrote", "[bls][trial]") {
  for (auto& host : bls_hosts()) {
    INFO(host.name);
    const Arguments words = left_by_others(host);
    REQUIRE(host.apply("nosmt"));
    REQUIRE(host.backend().adopt(words));
    REQUIRE(host.apply(kOurs));
    REQUIRE(host.backend().rollback());
    for (const auto& [path, line] : lines(host)) {
      INFO(path << ": " << line);
      for (const auto& word : words)
        CHECK(count(line, word.raw) == 1);
      CHECK(count(line, "nosmt") == 1);
      CHECK(count(line, kOurs) == 0);
    }
  }
}

TEST_CASE(
    "an entry that was edited after an adoption keeps the edit and gets the words back behind the "
    "rest",
    "[bls]") {
  auto host = fedora();
  REQUIRE(host.backend().adopt("rhgb"));
  auto& text = host.files.disk[entries(kMachine + "-6.11.4-301.fc41.x86_64.conf")];
  text.replace(text.find(" quiet"), 6, " debug");
  const auto removed = host.backend().remove(false);
  REQUIRE(removed);
  CHECK(removed->notes.size() == 1);
  CHECK(
      text.find("options root=UUID=1f ro rootflags=subvol=root debug $tuned_params rhgb\n") !=
      text.npos);
  CHECK(text.find("x-options-source-vfirst") == text.npos);
}

TEST_CASE(
    "an adoption names the line of etc/default/grub from which grub2-mkconfig would bring the word "
    "back",
    "[bls]") {
  auto host = fedora();
  const auto adopted = host.backend().adopt("rhgb");
  REQUIRE(adopted);
  REQUIRE(adopted->notes.size() == 1);
  CHECK_WORDS(adopted->notes[0].starts_with("etc/default/grub:1: rhgb stands here, too"));
  // this boot's alone
  CHECK_FALSE(host.backend().adopt("isolcpus=5")->wrote);
}

TEST_CASE(
    "a foreign word is named by file and line, in entries, the line of kernels to come and "
    "grubenv",
    "[bls]") {
  CHECK(sources(fedora(), "rhgb").size() == 2);
  CHECK(
      sources(fedora(), "rhgb").front().str() ==
      entries(kMachine + "-6.11.4-301.fc41.x86_64.conf:5"));
  CHECK(sources(fedora(), "rhgb").back().str() == "etc/kernel/cmdline:1");
  CHECK(
      sources(rhel8(), "crashkernel=auto") ==
      std::vector<ForeignSource>{{"boot/grub2/grubenv", 3}});
  CHECK(sources(fedora(), "nosmt").empty());
}
