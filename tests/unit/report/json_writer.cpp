// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes are those of the tree of values that other reports are printed from.
#include "report/json_writer.hpp"

#include "base/json.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

TEST_CASE("what is written piece by piece is what the tree of values prints", "[values][report]") {
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

TEST_CASE(
    "no byte of a host makes a document that is no JSON, or that a terminal acts on",
    "[values][report][import]") {
  const std::string odd =
      "caf\xe9 \x1b[31m \x9b \xc2\x9b \x7f \xe2\x80\xa8 \xe2\x82 \xc2\xa0 \xe2\x82\xac";
  const std::string wanted =
      "\"caf\xef\xbf\xbd \\u001b[31m \xef\xbf\xbd \\u009b \\u007f \\u2028 \xef\xbf\xbd"
      " \xc2\xa0 \xe2\x82\xac\"";
  CHECK(json_literal(odd) == wanted);
  CHECK(document(Json(odd)) == wanted + "\n");
  JsonWriter json;
  json.value(odd);
  CHECK(std::move(json).document() == wanted + "\n");
  // in a key, too
  CHECK(Json::parse(document(Json{{odd, odd}})).size() == 1);
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    for (const auto& text : {one, "\xc2" + one, "\xe2\x80" + one, one + "x"}) {
      INFO(byte);
      const auto printed = json_literal(text);
      CHECK(Json::parse(printed).is_string());
      CHECK(
          Json::parse(printed) ==
          Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)));
    }
  }
}
