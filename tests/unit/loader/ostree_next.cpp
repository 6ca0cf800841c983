// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/ostree_next.hpp"

#include "loader/staged_deployment.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

// A GVariant of type a{sv}, from its parts; each below 256 bytes, so that every offset is a byte.
// That this is what ostree writes, tests/ostree/run shows with ostree itself.
std::string array_of(const std::vector<std::string>& elements, std::size_t alignment) {
  std::string data, ends;
  for (const auto& element : elements) {
    data.resize((data.size() + alignment - 1) / alignment * alignment);
    data += element;
    ends += static_cast<char>(data.size());
  }
  REQUIRE(data.size() + ends.size() < 256);
  return data + ends;
}
std::string pair_of(const std::string& key, const std::string& value, std::size_t alignment) {
  auto out = key + '\0';
  const auto end = static_cast<char>(out.size());
  out.resize((out.size() + alignment - 1) / alignment * alignment);
  return out + value + end;
}
std::string strings(const std::vector<std::string>& words) {
  std::vector<std::string> ended;
  for (const auto& word : words)
    ended.push_back(word + '\0');
  return array_of(ended, 1) + '\0' + "as";
}
std::string staged_text() {
  return array_of(
      {pair_of("kargs", strings({"root=x", "a=\"b c\"", "ostree=/o/0", "iommu=pt", "b=2"}), 8),
       pair_of(
           "bootconfig-extra",
           array_of(
               {pair_of("x-options-source-tuned", std::string("\0", 1), 1),
                pair_of("x-options-source-vfirst", std::string("iommu=pt b=2\0", 13), 1)},
               1) +
               '\0' + "a{ss}",
           8)},
      8);
}

std::string words(const std::vector<KernelArg>& arguments) {
  return join_arguments(arguments);
}
OstreeNext next_of(const TempTree& tree) {
  const auto root = tree.root();
  const auto next = read_ostree_next(RootReader(root));
  if (!next) FAIL(next.error().what);
  return *next;
}

}  // namespace

TEST_CASE("a staged deployment has its arguments and its owners", "[bls]") {
  const auto staged = StagedDeployment::parse(staged_text());
  REQUIRE(staged);
  CHECK(
      staged->arguments ==
      std::vector<std::string>{"root=x", "a=\"b c\"", "ostree=/o/0", "iommu=pt", "b=2"});
  CHECK(staged->keys.at("x-options-source-vfirst") == "iommu=pt b=2");
  CHECK(staged->keys.at("x-options-source-tuned").empty());
}

TEST_CASE("of a staged deployment that is cut or changed nothing is read outside", "[bls]") {
  const auto whole = staged_text();
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(StagedDeployment::parse(whole.substr(0, size)));
  // A copy on the heap of just this size: a sanitizer sees a read behind it.
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const char byte : {'\0', '\1', '\x7f', '\xff'}) {
      auto changed = whole;
      changed[at] = byte;
      const auto read = StagedDeployment::parse(changed);
      CHECK((read || read.error().kind == Error::Kind::refused));
    }
}

TEST_CASE(
    "the deployment that boots next is the staged one, else that of the highest version", "[bls]") {
  const auto entry = [](const char* version, const char* options) {
    return std::string("title T") + version + "\nversion " + version + "\noptions " + options +
           "\n";
  };
  TempTree tree{
      {"boot/loader/entries/ostree-9.conf", entry("9", "nine")},
      {"boot/loader/entries/ostree-10-x.conf", entry("10", "root=x ten ostree=/o")},
      {"boot/loader/entries/zz.conf", entry("99", "somebody's")}};
  auto next = next_of(tree);
  CHECK(next.title == "T10");
  CHECK(next.source == "boot/loader/entries/ostree-10-x.conf");
  CHECK(words(next.all) == "root=x ten ostree=/o");
  CHECK(next.own.empty());
  tree.add("run/ostree/staged-deployment", staged_text());
  next = next_of(tree);
  CHECK(next.source == "run/ostree/staged-deployment");
  CHECK(words(next.others) == "root=x a=\"b c\" ostree=/o/0");
  CHECK(words(next.own) == "iommu=pt b=2");
  CHECK(next.owned_by_bootc);
  tree.add("run/ostree/staged-deployment", "nonsense");
  const auto root = tree.root();
  const auto refused = read_ostree_next(RootReader(root));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.starts_with("run/ostree/staged-deployment: "));
}

TEST_CASE("ours are known by the owner's name, else by our record", "[bls]") {
  const auto tree_of = [](const std::string& options, const std::string& owner,
                          const std::string& good) {
    TempTree tree{
        {"boot/loader/entries/ostree-1.conf",
         "version 1\noptions " + options + "\n" +
             (owner.empty() ? "" : "x-options-source-vfirst " + owner + "\n")}};
    if (!good.empty())
      tree.add("var/lib/vfirst/ostree", "vfirst-bls 1\ngood p1 " + good + "\nend\n");
    return tree;
  };
  CHECK(words(next_of(tree_of("r a b q", "a b", "")).own) == "a b");
  // Somebody else's program put one of its own between.
  CHECK(words(next_of(tree_of("r a q b", "a b", "")).others) == "r q");
  CHECK(words(next_of(tree_of("r a b c q", "", "a b c")).own) == "a b c");
  CHECK(words(next_of(tree_of("a c r a b c q", "", "a b c")).others) == "a c r q");
  CHECK(words(next_of(tree_of("r a c q", "", "a b c")).own) == "a c");
  CHECK(next_of(tree_of("r b q", "", "a b c")).own.empty());
  CHECK(words(next_of(tree_of("r b q", "", "b")).own) == "b");
  CHECK(next_of(tree_of("r q", "", "a b")).own.empty());
  CHECK(next_of(tree_of("r a q", "", "a")).at == 1);
}
