// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/load.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vfirst {

namespace {

namespace fs = std::filesystem;

// a root with policy files, gone at the end
struct Tree {
  fs::path path;
  Tree() {
    auto name = (fs::temp_directory_path() / "vfirst-policy-XXXXXX").native();
    path = ::mkdtemp(name.data());
  }
  ~Tree() { fs::remove_all(path); }
  fs::path file(const std::string& name, const std::string& text, unsigned mode = 0644) const {
    const auto whole = path / name;
    fs::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
    fs::permissions(whole, static_cast<fs::perms>(mode));
    return whole;
  }
  Result<std::vector<Source>> find(const std::vector<std::string>& paths = {}) const {
    return find_policy(*Root::open(path), paths);
  }
  std::string names(const std::vector<std::string>& paths = {}) const {
    const auto found = find(paths);
    if (!found) return found.error().what;
    std::string out;
    for (const auto& source : *found)
      out += (out.empty() ? "" : " ") + source.name;
    return out;
  }
};

}  // namespace

TEST_CASE("no policy at all is an empty policy") {
  CHECK(Tree().names().empty());
}

TEST_CASE("directories are taken in order, the files of each by name") {
  const Tree tree;
  tree.file("run/vfirst/policy.d/10-run.ini", "x");
  tree.file("etc/vfirst/policy.d/50-b.ini", "x");
  tree.file("etc/vfirst/policy.d/20-a.ini", "x");
  tree.file("etc/vfirst/policy.d/README", "x");
  tree.file("etc/vfirst/policy.d/.hidden.ini", "x");
  tree.file("usr/lib/vfirst/policy.d/90-default.ini", "x");
  CHECK(tree.names() == "90-default.ini 20-a.ini 50-b.ini 10-run.ini");
}

TEST_CASE("an empty file or a link to the null device takes the earlier files of its name out") {
  const Tree tree;
  tree.file("usr/lib/vfirst/policy.d/10-a.ini", "x");
  tree.file("usr/lib/vfirst/policy.d/20-b.ini", "x");
  tree.file("usr/lib/vfirst/policy.d/30-c.ini", "x");
  tree.file("etc/vfirst/policy.d/10-a.ini", "");
  fs::create_symlink("/dev/null", tree.path / "etc/vfirst/policy.d/20-b.ini");
  CHECK(tree.names() == "30-c.ini");
  tree.file("run/vfirst/policy.d/10-a.ini", "x");
  CHECK(tree.names() == "30-c.ini 10-a.ini");
}

TEST_CASE("two files of one name are told apart in messages") {
  const Tree tree;
  tree.file("usr/lib/vfirst/policy.d/10-a.ini", "[cpu]\nisolate = yes\n");
  tree.file("etc/vfirst/policy.d/10-a.ini", "[cpu]\nisolate = no\n");
  CHECK(tree.names() == "usr/lib/vfirst/policy.d/10-a.ini etc/vfirst/policy.d/10-a.ini");
  const auto policy = load_policy(*Root::open(tree.path), {}, {});
  REQUIRE(policy);
  CHECK(policy->cpu.isolate == Setting<bool>{false, {"etc/vfirst/policy.d/10-a.ini", 2}});
}

TEST_CASE("a file that anyone may write is refused with its mode") {
  const Tree tree;
  tree.file("etc/vfirst/policy.d/50-host.ini", "x", 0666);
  CHECK(tree.names() == "50-host.ini: anyone may write it (mode 0666); take that away (chmod o-w)");
  tree.file("etc/vfirst/policy.d/50-host.ini", "x", 0664);
  CHECK(tree.names() == "50-host.ini");
}

TEST_CASE("a directory that anyone may write is refused, and so is what is no file") {
  const Tree tree;
  tree.file("etc/vfirst/policy.d/50-host.ini", "x");
  fs::permissions(tree.path / "etc/vfirst/policy.d", static_cast<fs::perms>(0777));
  CHECK(
      tree.names() ==
      "etc/vfirst/policy.d: anyone may write it (mode 0777); take that away (chmod o-w)");
  fs::permissions(tree.path / "etc/vfirst/policy.d", static_cast<fs::perms>(0755));
  fs::create_directory(tree.path / "etc/vfirst/policy.d/60-dir.ini");
  CHECK(tree.names() == "60-dir.ini: not a regular file");
}

TEST_CASE("given paths replace the search path, files and directories in the order given") {
  const Tree tree, other;
  tree.file("etc/vfirst/policy.d/50-host.ini", "x");
  const auto one = other.file("z.ini", "x").native();
  other.file("d/b.ini", "x");
  other.file("d/a.ini", "x");
  CHECK(tree.names({one, (other.path / "d").native()}) == "z.ini a.ini b.ini");
  CHECK(tree.names({"/nonexistent/p.ini"}) == "/nonexistent/p.ini: there is no such policy");
}

}  // namespace vfirst
