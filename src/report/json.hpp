// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// JSON in the order in which it was put together. Written only: nothing here reads any, the
// initramfs has no parser.

#include <nlohmann/json.hpp>
#include <string>

namespace vfirst {

using Json = nlohmann::ordered_json;

template <class List, class Make>
Json list_of(const List& items, Make make) {
  auto out = Json::array();
  for (const auto& item : items)
    out.push_back(make(item));
  return out;
}

// Bytes that are not UTF-8 (a serial number, a slot's name) become U+FFFD instead of an exception.
inline std::string document(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vfirst
