// SPDX-License-Identifier: GPL-2.0-or-later
// The compiled half of fmt, compiled once. Debian ships fmt as a shared library only, with another
// SONAME in each release. Header-only, it would be compiled again in every file and take twice the
// time of the rest.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {
template dragonbox::decimal_fp<float> dragonbox::to_decimal(float) noexcept;
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double) noexcept;
template void buffer<char>::append(const char*, const char*);
template void vformat_to(
    buffer<char>&, string_view, basic_format_args<buffer_context<char>>, locale_ref);
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template char decimal_point_impl(locale_ref);
}  // namespace detail
FMT_END_NAMESPACE
