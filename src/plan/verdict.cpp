// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/verdict.hpp"

#include <algorithm>

namespace vfirst {

std::string verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok: return "ok";
    case Verdict::short_of: return "short";
    case Verdict::ignored: return "ignored";
    case Verdict::failed: return "failed";
    case Verdict::unknown: return "unknown";
  }
  return "unknown";
}

bool VerifyReport::green() const {
  return std::ranges::none_of(rows, [](const VerifyRow& row) {
    return row.required && (row.verdict == Verdict::short_of || row.verdict == Verdict::ignored ||
                            row.verdict == Verdict::failed);
  });
}

}  // namespace vfirst
