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

// Why something was not done.
struct Error {
  enum class Kind {
    // The input asks for what cannot be, or for what vfirst does not do. Nothing was changed.
    refused,
    // Somebody else is using it. The same call may succeed later.
    busy,
    // A system call, a library or another program failed. `code` is its errno.
    system,
  };
  Kind kind = Kind::refused;
  // What the kernel said. Of a refusal invalid_argument, or operation_not_supported where this
  // machine cannot do it.
  std::errc code = std::errc::invalid_argument;
  // A whole line for the user: the thing, the value, the limit.
  std::string what;
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// The input is refused.
template <class... Args>
[[nodiscard]] std::unexpected<Error> refuse(fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(Error{
      Error::Kind::refused, std::errc::invalid_argument,
      sentence(fmt::format(text, std::forward<Args>(args)...))});
}

// Somebody else is using it.
template <class... Args>
[[nodiscard]] std::unexpected<Error> busy(fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(Error{
      Error::Kind::busy, std::errc::device_or_resource_busy,
      sentence(fmt::format(text, std::forward<Args>(args)...))});
}

// A system call failed with the errno `err`, whatever that is: a kernel's EINVAL is no refusal of
// ours.
template <class... Args>
[[nodiscard]] std::unexpected<Error> failed(
    int err, fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(Error{
      Error::Kind::system, static_cast<std::errc>(err),
      sentence(fmt::format(text, std::forward<Args>(args)...))});
}

}  // namespace vfirst

// g++ 12 has std::expected without and_then. These two macros stand in for it: the value of an
// expression, or a return with its error.
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
