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

TEST_CASE("no policy at all is an empty policy", "[policy]") {
  CHECK(Tree().names().empty());
}

TEST_CASE("directories are taken in order, the files of each by name", "[policy]") {
  const Tree tree;
  tree.file("run/vfirst/policy.d/10-run.ini", "x");
  tree.file("etc/vfirst/policy.d/50-b.ini", "x");
  tree.file("etc/vfirst/policy.d/20-a.ini", "x");
  tree.file("etc/vfirst/policy.d/README", "x");
  tree.file("etc/vfirst/policy.d/.hidden.ini", "x");
  tree.file("usr/lib/vfirst/policy.d/90-default.ini", "x");
  CHECK(tree.names() == "90-default.ini 20-a.ini 50-b.ini 10-run.ini");
}

TEST_CASE(
    "an empty file or a link to the null device takes the earlier files of its name out",
    "[policy]") {
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

TEST_CASE("two files of one name are told apart in messages", "[policy]") {
  const Tree tree;
  tree.file("usr/lib/vfirst/policy.d/10-a.ini", "[cpu]\nisolate = yes\n");
  tree.file("etc/vfirst/policy.d/10-a.ini", "[cpu]\nisolate = no\n");
  CHECK(tree.names() == "usr/lib/vfirst/policy.d/10-a.ini etc/vfirst/policy.d/10-a.ini");
  const auto policy = load_policy(*Root::open(tree.path), {}, {});
  REQUIRE(policy);
  CHECK(
      policy->cpu.isolate ==
      Setting<Isolation>{Isolation::none, {"etc/vfirst/policy.d/10-a.ini", 2}});
}

TEST_CASE("a file that anyone may write is refused with its mode", "[policy]") {
  const Tree tree;
  tree.file("etc/vfirst/policy.d/50-host.ini", "x", 0666);
  CHECK(tree.names() == "50-host.ini: anyone may write this file (mode 0666); run chmod o-w");
  tree.file("etc/vfirst/policy.d/50-host.ini", "x", 0664);
  CHECK(tree.names() == "50-host.ini");
}

TEST_CASE("a directory that anyone may write is refused, and so is what is no file", "[policy]") {
  const Tree tree;
  tree.file("etc/vfirst/policy.d/50-host.ini", "x");
  fs::permissions(tree.path / "etc/vfirst/policy.d", static_cast<fs::perms>(0777));
  CHECK(
      tree.names() == "etc/vfirst/policy.d: anyone may write this file (mode 0777); run chmod o-w");
  fs::permissions(tree.path / "etc/vfirst/policy.d", static_cast<fs::perms>(0755));
  fs::create_directory(tree.path / "etc/vfirst/policy.d/60-dir.ini");
  CHECK(tree.names() == "60-dir.ini: not a regular file");
}

TEST_CASE(
    "given paths replace the search path, files and directories in the order given", "[policy]") {
  const Tree tree, other;
  tree.file("etc/vfirst/policy.d/50-host.ini", "x");
  const auto one = other.file("z.ini", "x").native();
  other.file("d/b.ini", "x");
  other.file("d/a.ini", "x");
  CHECK(tree.names({one, (other.path / "d").native()}) == "z.ini a.ini b.ini");
  CHECK(tree.names({"/nonexistent/p.ini"}) == "/nonexistent/p.ini: there is no such policy");
}

TEST_CASE(
    "a fault in what this boot brought refuses that file and not the host's own policy",
    "[policy]") {
  const Tree tree;
  tree.file("etc/vfirst/policy.d/50-host.ini", "[iommu]\nmode = off\n");
  tree.file("run/vfirst/policy.d/url-1-a.ini", "[cpu]\nisolat = yes\n");
  tree.file("run/vfirst/policy.d/url-2-b.ini", "[cpu]\nisolate = yes\n");
  tree.file("run/vfirst/policy.d/url-3-c.ini", "[cpu]\nisolate = no\n", 0666);
  const auto policy = load_policy(*Root::open(tree.path), {}, {});
  REQUIRE(policy);
  CHECK(policy->iommu.mode->value == IommuMode::off);
  CHECK(policy->cpu.isolate->value == Isolation::full);
  CHECK(policy->files == std::vector<std::string>{"50-host.ini", "url-2-b.ini"});
  CHECK(
      policy->refused ==
      std::vector<std::string>{
          "url-3-c.ini: anyone may write this file (mode 0666); run chmod o-w",
          "url-1-a.ini is not used: url-1-a.ini:2: unknown key 'isolat' in [cpu]; did you mean "
          "'isolate'?"});
  SECTION("a fault of the host's own file refuses the policy, as ever") {
    tree.file("etc/vfirst/policy.d/50-host.ini", "[iommu]\nmoed = off\n");
    const auto refused = load_policy(*Root::open(tree.path), {}, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.starts_with("50-host.ini:2: unknown key 'moed'"));
  }
  SECTION("a folder that anyone may write brings nothing") {
    fs::permissions(tree.path / "run/vfirst/policy.d", static_cast<fs::perms>(0777));
    const auto own = load_policy(*Root::open(tree.path), {}, {});
    REQUIRE(own);
    CHECK(own->files == std::vector<std::string>{"50-host.ini"});
    CHECK(own->refused.size() == 1);
  }
}

TEST_CASE("brought files may complete one another, in whatever order they come", "[policy]") {
  const Tree tree;
  tree.file("run/vfirst/policy.d/disk-60.ini", "[pf up]\nrx-usecs = 20\n");
  tree.file("run/vfirst/policy.d/url-1.ini", "[pf up]\nvendor = 8086\n");
  const auto whole = load_policy(*Root::open(tree.path), {}, {});
  REQUIRE(whole);
  CHECK(whole->pfs.at(0).rx_usecs->value == 20);
  CHECK(whole->refused.empty());
  tree.file("run/vfirst/policy.d/url-2.ini", "[vf down 0]\nvlan = 3\n");
  const auto most = load_policy(*Root::open(tree.path), {}, {});
  REQUIRE(most);
  CHECK(most->files == std::vector<std::string>{"disk-60.ini", "url-1.ini"});
  CHECK(
      most->refused ==
      std::vector<std::string>{
          "url-2.ini is not used: url-2.ini:1: [vf down 0]: there is no [pf down]"});
}

TEST_CASE("a brought file of which no plan can be made is left out", "[policy]") {
  const Tree tree;
  tree.file("etc/vfirst/policy.d/50-host.ini", "[iommu]\nmode = off\n");
  tree.file("run/vfirst/policy.d/url-1.ini", "[cpu]\nreserved = 0\n");
  const UsablePolicy plannable = [](const Policy& policy) -> Status {
    if (policy.cpu.reserved) return refuse("{}: splits a core", policy.cpu.reserved->from.str());
    return {};
  };
  const auto policy = load_policy(*Root::open(tree.path), {}, {}, plannable);
  REQUIRE(policy);
  CHECK_FALSE(policy->cpu.reserved);
  CHECK(
      policy->refused ==
      std::vector<std::string>{"url-1.ini is not used: url-1.ini:2: splits a core"});
  // Where the host's own policy has the same fault, it is told as its own.
  tree.file("etc/vfirst/policy.d/50-host.ini", "[cpu]\nreserved = 1\n");
  const auto own = load_policy(*Root::open(tree.path), {}, {}, plannable);
  REQUIRE(own);
  CHECK(own->refused.empty());
}

}  // namespace vfirst
