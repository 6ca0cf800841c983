// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// JSON documents; members keep the order in which they were added. This only writes: the initramfs
// has no parser of JSON.
//
// JSON is Unicode, and what a host shows is bytes: a command line, a serial number, a slot's name.
// Bytes that are not UTF-8 become U+FFFD, one for each wrong sequence. An encoding without loss
// would need lone surrogates, which most parsers refuse, or a spelling that only vfirst knows.
// `vfirst capture` keeps the bytes themselves.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vfirst {

using Json = nlohmann::ordered_json;

template <class List, class Make>
Json list_of(const List& items, Make make) {
  auto out = Json::array();
  for (const auto& item : items)
    out.push_back(make(item));
  return out;
}

// With a newline at the end. No bytes in it can cause an exception. All control characters are
// escaped, also those beyond ASCII, and so are U+2028 and U+2029, which end a line in YAML and in
// JavaScript.
std::string document(const Json& json);
// One string in its quotes, by the same rules.
std::string json_literal(std::string_view text);

}  // namespace vfirst
