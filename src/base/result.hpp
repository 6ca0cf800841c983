// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A value or the one sentence that says why there is none.

#include "base/sentence.hpp"

#include <fmt/format.h>
#include <cstdlib>
#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace vfirst {

// `what` is a whole line for the user: the thing, the value, the limit. `code` is what the kernel
// said, or invalid_argument for input that we refuse.
struct Error {
  std::errc code = std::errc::invalid_argument;
  std::string what;
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// Refused input.
template <class... Args>
[[nodiscard]] std::unexpected<Error> refuse(fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(
      Error{std::errc::invalid_argument, sentence(fmt::format(text, std::forward<Args>(args)...))});
}

// A failed system call; `err` is its errno.
template <class... Args>
[[nodiscard]] std::unexpected<Error> failed(
    int err, fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(
      Error{static_cast<std::errc>(err), sentence(fmt::format(text, std::forward<Args>(args)...))});
}

}  // namespace vfirst

// g++ 12 has std::expected without and_then; these two are all the sugar there is.
#define VFIRST_TRY(expression)                              \
  __extension__({                                           \
    auto&& r_ = (expression);                               \
    if (!r_) return std::unexpected(std::move(r_.error())); \
    std::move(*r_);                                         \
  })
#define VFIRST_CHECK(expression)                                                      \
  do {                                                                                \
    if (auto&& r_ = (expression); !r_) return std::unexpected(std::move(r_.error())); \
  } while (0)
