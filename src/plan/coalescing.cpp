// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/coalescing.hpp"

#include "plan/coalescing_quirks.hpp"
#include "policy/vf_keys.hpp"

namespace vfirst {

Coalescing planned_coalescing(const CoalescingOf<Maybe>& settings) {
  auto out = coalescing_of(settings);
  if (out.rx_usecs && !out.adaptive_rx) out.adaptive_rx = false;
  if (out.tx_usecs && !out.adaptive_tx) out.adaptive_tx = false;
  return out;
}

std::string reason_for_coalescing(const CoalescingOf<Maybe>& settings) {
  return planned_coalescing(settings) == coalescing_of(settings)
             ? "interrupt delay from the policy"
             : "interrupt delay from the policy, which adaptive coalescing would overrule";
}

void report_coalescing(
    Draft& draft, const PciAddress& device, std::string_view driver,
    const CoalescingOf<Maybe>& settings, bool required) {
  const auto wanted = planned_coalescing(settings);
  if (const auto refusal = coalescing_refusal(driver, wanted)) {
    const bool receives =
        coalescing_refusal(driver, {.adaptive_rx = wanted.adaptive_rx, .rx_usecs = wanted.rx_usecs})
            .has_value();
    const auto& key = receives ? settings.rx_usecs : settings.tx_usecs;
    draft.add_finding(
        required ? Severity::error : Severity::warning, "coalescing-range", Subject::device(device),
        fmt::format("{}: {}", device.str(), *refusal),
        {key ? key->from : *origin_of_coalescing(settings)});
    return;
  }
  if (const auto loss = coalescing_loss(driver, wanted))
    draft.add_finding(
        Severity::note, "coalescing-lost", Subject::device(device),
        fmt::format("{}: {}", device.str(), *loss), {settings.rx_usecs->from});
  const auto rounded = [&](std::string_view key, const Maybe<unsigned>& usecs) {
    if (!usecs) return;
    if (const auto answer = answer_for(driver, usecs->value); answer != usecs->value)
      draft.add_finding(
          Severity::note, "coalescing-rounded", Subject::device(device),
          fmt::format(
              "{}: driver {} makes {} = {} of {} = {}", device.str(), driver, key, answer, key,
              usecs->value),
          {usecs->from});
  };
  rounded("rx-usecs", settings.rx_usecs);
  rounded("tx-usecs", settings.tx_usecs);
}

}  // namespace vfirst
