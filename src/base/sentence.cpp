// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sentence.hpp"

namespace vfirst {

std::string sentence(std::string text) {
  return text;
}

}  // namespace vfirst
