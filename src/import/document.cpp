// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/document.hpp"

#include "import/facts_document.hpp"
#include "import/ironic.hpp"

namespace vfirst {

Result<Facts> read_document(std::string_view name, std::string_view text) {
  const auto has = [&](std::string_view member) { return text.find(member) != text.npos; };
  if (text.find_first_not_of(" \t\r\n") == text.npos) return refuse("{}: it is empty", name);
  if (has("\"vfirst.")) return read_facts_document(name, text);  // of another schema: it says so
  if (has("\"inventory\"")) return read_ironic(name, text);
  return refuse("{}: neither facts (from vfirst facts --json) nor an inspection by Ironic", name);
}

}  // namespace vfirst
