// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/match.hpp"

#include "base/text.hpp"

namespace vfirst {

namespace {

struct Word {
  std::string_view name;
  std::string MatchFacts::* member;
  // Case matters: in DMI texts, not in names.
  bool cased;
};

Word word(MatchKey key) {
  switch (key) {
    case MatchKey::product: return {"product", &MatchFacts::product, true};
    case MatchKey::vendor: return {"vendor", &MatchFacts::vendor, true};
    case MatchKey::serial: return {"serial", &MatchFacts::serial, true};
    case MatchKey::hostname: return {"hostname", &MatchFacts::hostname, false};
    case MatchKey::cpu_vendor: return {"cpu-vendor", &MatchFacts::cpu_vendor, false};
    case MatchKey::cpu_model: return {"cpu-model", &MatchFacts::cpu_model, false};
    case MatchKey::mac: break;
  }
  return {"mac", nullptr, false};
}

}  // namespace

std::optional<std::string> mismatch(MatchKey key, std::string_view glob, const MatchFacts& facts) {
  const auto [name, member, cased] = word(key);
  const auto fold = [cased = cased](std::string_view text) {
    return cased ? std::string(trimmed(text)) : lowered(trimmed(text));
  };
  const auto pattern = fold(glob);
  if (!member) {
    for (const auto& mac : facts.macs)
      if (glob_match(pattern, fold(mac))) return std::nullopt;
    return fmt::format("no port has a mac like '{}'", glob);
  }
  const auto& have = facts.*member;
  if (trimmed(have).empty()) return fmt::format("{} is not known here", name);
  if (glob_match(pattern, fold(have))) return std::nullopt;
  return fmt::format("{} is '{}', not '{}'", name, trimmed(have), glob);
}

}  // namespace vfirst
