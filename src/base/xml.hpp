// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The start tags of an XML document, each with the names of the elements around it. What libvirt
// writes needs no more: no DTD, no entity of its own, no text that we read.

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct XmlTag {
  // outermost first: {"domain", "devices", "hostdev"}
  std::vector<std::string> within;
  std::string name;
  // the five predefined entities resolved
  std::map<std::string, std::string, std::less<>> attributes;

  // "" where it has none
  std::string attribute(std::string_view key) const;
  // directly
  bool inside(std::string_view element) const;
};

// In the order of the document. Comments, CDATA and processing instructions are passed over;
// elements that do not close in order are an error.
Result<std::vector<XmlTag>> xml_tags(std::string_view text);

}  // namespace vfirst
