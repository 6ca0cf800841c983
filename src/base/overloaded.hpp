// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Several lambdas as one function, for std::visit.

namespace vfirst {

template <class... Lambdas>
struct Overloaded : Lambdas... {
  using Lambdas::operator()...;
};

}  // namespace vfirst
