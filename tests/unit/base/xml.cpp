// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/xml.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {
std::string error_of(std::string_view text) {
  const auto tags = xml_tags(text);
  return tags ? "" : tags.error().what;
}
}  // namespace

TEST_CASE("each tag knows the elements around it and its attributes, in either quote", "[values]") {
  const auto tags = xml_tags(
      "<?xml version='1.0'?>\n<domain type=\"kvm\"><devices>\n <hostdev mode = "
      "'subsystem'><source><address bus='0x41'/></source></hostdev></devices></domain>");
  REQUIRE(tags);
  REQUIRE(tags->size() == 5);
  CHECK(tags->back().name == "address");
  CHECK(tags->back().within == std::vector<std::string>{"domain", "devices", "hostdev", "source"});
  CHECK(tags->back().attribute("bus") == "0x41");
  CHECK(tags->back().attribute("slot").empty());
  CHECK((*tags)[2].attribute("mode") == "subsystem");
  CHECK((*tags)[1].inside("domain"));
}
TEST_CASE("entities are resolved once", "[values]") {
  CHECK(xml_tags("<a b='&lt;&amp;lt;&quot;x'/>")->front().attribute("b") == "<&lt;\"x");
}
TEST_CASE("comments and CDATA are passed over, whatever stands in them", "[values]") {
  const auto tags = xml_tags("<a><!-- <b> --><![CDATA[</a><c>]]>text<d/></a>");
  REQUIRE(tags);
  CHECK(tags->size() == 2);
}
TEST_CASE("what is cut short or out of order is refused", "[values]") {
  CHECK(error_of("<a><b></a>") == "XML: </a> closes nothing");
  CHECK(error_of("<a>") == "XML: <a> is not closed");
  CHECK(error_of("<a b=c/>") == "XML: <a>: the value of b has no end");
  CHECK(error_of("<a b='c") == "XML: <a>: the value of b has no end");
  CHECK(error_of("<a><!-- x") == "XML: it ends within <!--");
  CHECK(error_of("<") == "XML: a tag has no name");
}
