// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The start tags of an XML document, each with the names of the elements around it. This is enough
// for what libvirt writes: that has no DTD and no entities of its own, and we read no text in it.

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct XmlTag {
  // The outermost first: {"domain", "devices", "hostdev"}.
  std::vector<std::string> within;
  std::string name;
  // The five predefined entities are resolved.
  std::map<std::string, std::string, std::less<>> attributes;

  // "" where it has no such attribute.
  std::string attribute(std::string_view key) const;
  // Whether the element directly around it has this name.
  bool inside(std::string_view element) const;
};

// In the order of the document. Comments, CDATA and processing instructions are skipped. Elements
// that do not close in order are refused.
Result<std::vector<XmlTag>> xml_tags(std::string_view text);

}  // namespace vfirst
