// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes are those of the tree of values that other reports are printed from.
#include "report/json_writer.hpp"

#include "report/json.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

TEST_CASE("what is written piece by piece is what the tree of values prints") {
  const std::vector<std::string> texts{
      "",
      "plain",
      "a \"b\" \\ /",
      "line\nbreak\ttab\x01\x1f\x7f",
      "\xc3\xa4\xe2\x82\xac",
      "bad \xff byte",
      std::string("nul\0in", 6)};
  const std::vector<std::vector<unsigned>> nested{{}, {1}, {2, 3}};

  Json tree{
      {"texts", texts}, {"none", Json::array()}, {"empty", Json::object()}, {"a\"b", nullptr}};
  tree["nested"] = nested;
  tree["numbers"] = {
      {"most", UINT64_MAX}, {"least", INT64_MIN}, {"zero", 0}, {"on", true}, {"off", false}};
  tree["rows"] = Json::array({Json{{"x", 1}}, Json::object()});

  JsonWriter json;
  json.object([&] {
    json.list("texts", texts, [&](const auto& text) { json.value(text); });
    json.list("none", std::vector<int>{}, [&](int n) { json.value(n); });
    json.key("empty");
    json.object([] {});
    json.member("a\"b", nullptr);
    json.list("nested", nested, [&](const auto& row) {
      json.list(row, [&](unsigned n) { json.value(n); });
    });
    json.key("numbers");
    json.object([&] {
      json.member("most", UINT64_MAX), json.member("least", INT64_MIN), json.member("zero", 0),
          json.member("on", true), json.member("off", false);
    });
    json.list("rows", std::vector{true, false}, [&](bool full) {
      json.object([&] {
        if (full) json.member("x", 1);
      });
    });
  });
  CHECK(std::move(json).document() == document(tree));
}
