// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A JSON document into a struct, by its Shape.

#include "base/result.hpp"
#include "import/shape.hpp"

namespace vfirst {

// Members that the shape does not name are passed over: a later version may have added them.
// Refused, in one line that begins with `name` and the place as a JSON pointer: text that is no
// JSON, a value that is not of its shape, a member that is there twice or that is needed and not
// there. What was read until then stays in `to`.
Status read_json(std::string_view name, std::string_view text, const Shape& shape, void* to);

}  // namespace vfirst
