// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How many fields a struct has that is a template over the way in which a field is kept.

#include <cstddef>

namespace vfirst {

template <class>
using OneByteField = char;

// Every field is one byte there, so the size is their number.
template <template <template <class> class> class Fields>
inline constexpr std::size_t kFieldCount = sizeof(Fields<OneByteField>);

}  // namespace vfirst
