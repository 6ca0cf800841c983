// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Reads a JSON document into a struct that has a Shape.

#include "base/result.hpp"
#include "import/shape.hpp"

namespace vfirst {

// Members that the shape does not have are ignored: a later version may have added them. Refused,
// in one line that begins with `name` and the place as a JSON pointer: text that is not JSON, a
// value that does not fit its shape, a member that occurs twice, and a required member that is
// missing. What was read before stays in `to`.
Status read_json(std::string_view name, std::string_view text, const Shape& shape, void* to);

}  // namespace vfirst
