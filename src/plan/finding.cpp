// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/finding.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace vfirst {

std::string_view kind_name(Subject::Kind kind) {
  switch (kind) {
    case Subject::Kind::host: return "host";
    case Subject::Kind::device: return "device";
    case Subject::Kind::argument: return "argument";
    case Subject::Kind::node: return "node";
    case Subject::Kind::kernel: return "kernel";
    case Subject::Kind::option: return "option";
    case Subject::Kind::module: return "module";
    case Subject::Kind::section: return "section";
    case Subject::Kind::key: return "key";
    case Subject::Kind::file: return "file";
  }
  return "";
}

std::string Finding::line() const {
  const auto places = joined(sources, ", ", &Origin::str);
  auto out = places.empty() ? message : places + ": " + message;
  if (!remedy.empty()) out += "; " + remedy;
  return out;
}

bool Finding::is_about(const Subject& what) const {
  return subject == what || std::ranges::find(related, what) != related.end();
}

}  // namespace vfirst
