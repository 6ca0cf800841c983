// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/tar.hpp"
#include "unit/tree.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;
namespace fs = std::filesystem;

TEST_CASE(
    "tar(1) unpacks what was written: directories, contents of any size, links, names of any "
    "length",
    "[machine]") {
  const TempTree tree{{"out/", ""}};
  const auto archive = tree.path() / "x.tar";
  const int fd = ::open(archive.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(fd >= 0);
  const std::string deep = "sys/devices/" + std::string(90, 'd') + '/' + std::string(90, 'e');
  const std::string target = "../" + std::string(200, 't');
  TarWriter tar(fd);
  REQUIRE(tar.directory("sys"));
  REQUIRE(tar.directory("sys/devices"));
  REQUIRE(tar.file("sys/empty", ""));
  REQUIRE(tar.file("sys/block", std::string(512, 'b')));
  REQUIRE(tar.file("sys/odd", std::string("a\0b\n", 4)));
  REQUIRE(tar.file(deep, "deep\n"));
  REQUIRE(tar.link("sys/short", "odd"));
  REQUIRE(tar.link("sys/long", target));
  REQUIRE(tar.finish());
  ::close(fd);
  REQUIRE(
      std::system(("tar -xf '" + archive.string() + "' -C '" + (tree.path() / "out").string() + "'")
                      .c_str()) == 0);
  CHECK(tree.content("out/sys/empty").empty());
  CHECK(tree.content("out/sys/block") == std::string(512, 'b'));
  CHECK(tree.content("out/sys/odd") == std::string("a\0b\n", 4));
  CHECK(tree.content("out/" + deep) == "deep\n");
  CHECK(fs::read_symlink(tree.path() / "out/sys/short") == "odd");
  CHECK(fs::read_symlink(tree.path() / "out/sys/long") == target);
}
