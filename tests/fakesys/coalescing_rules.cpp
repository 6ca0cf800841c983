// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakesys/coalescing_rules.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>

namespace vfirst::fake {

namespace {

using Set = int (*)(Moderation& now, const Coalescing& ask);

unsigned rx(const Coalescing& c) {
  return c.rx_usecs.value_or(0);
}
unsigned tx(const Coalescing& c) {
  return c.tx_usecs.value_or(0);
}
bool dynamic_rx(const Coalescing& c) {
  return c.adaptive_rx.value_or(false);
}
bool dynamic_tx(const Coalescing& c) {
  return c.adaptive_tx.value_or(false);
}

// Keeps all of the request; the device delays by `delay`.
int keep(Moderation& now, const Coalescing& ask, unsigned delay) {
  now.answers = ask;
  now.rx_dynamic = dynamic_rx(ask);
  now.rx_delay = delay;
  return 0;
}

bool changes_while_adaptive(const Moderation& now, const Coalescing& ask) {
  return (rx(ask) != rx(now.answers) && dynamic_rx(ask)) ||
         (tx(ask) != tx(now.answers) && dynamic_tx(ask));
}

int ice(Moderation& now, const Coalescing& ask) {
  if (changes_while_adaptive(now, ask) || rx(ask) > 8160 || tx(ask) > 8160) return EINVAL;
  return keep(now, ask, rx(ask) & 0x1ffe);
}

int i40e(Moderation& now, const Coalescing& ask) {
  if (changes_while_adaptive(now, ask) || rx(ask) > 8160 || tx(ask) > 8160) return EINVAL;
  auto kept = ask;
  // ITR_REG_ALIGN, which is __ALIGN_MASK(setting, ~0x1ffe).
  const auto align = [](unsigned usecs) { return (usecs + ~0x1ffeU) & 0x1ffeU; };
  kept.rx_usecs = align(rx(ask));
  kept.tx_usecs = align(tx(ask));
  return keep(now, kept, *kept.rx_usecs);
}

int idpf(Moderation& now, const Coalescing& ask) {
  if (changes_while_adaptive(now, ask) || rx(ask) > 0x1fe0 || tx(ask) > 0x1fe0) return EINVAL;
  auto kept = ask;
  kept.rx_usecs = rx(ask) - rx(ask) % 2;
  kept.tx_usecs = tx(ask) - tx(ask) % 2;
  return keep(now, kept, *kept.rx_usecs);
}

bool igb_takes(unsigned usecs) {
  return usecs <= 10000 && (usecs <= 3 || usecs >= 10) && usecs != 2;
}
int igb(Moderation& now, const Coalescing& ask) {
  // IGB_FLAG_QUEUE_PAIRS.
  if (!igb_takes(rx(ask)) || tx(ask) != 0) return EINVAL;
  now.answers = ask;
  now.rx_dynamic = rx(ask) >= 1 && rx(ask) <= 3;
  // igb_write_itr().
  now.rx_delay = (rx(ask) << 2 & 0x7ffc) >> 2;
  return 0;
}

int igbvf(Moderation& now, const Coalescing& ask) {
  const auto usecs = rx(ask);
  if (!(usecs == 0 || usecs == 2 || usecs == 3 || (usecs >= 10 && usecs <= 10000))) return EINVAL;
  now.answers = ask;
  if (usecs == 0) now.answers.rx_usecs = 1;
  now.rx_dynamic = usecs == 2 || usecs == 3;
  now.rx_delay = (rx(now.answers) << 2 & 0x7ffc) >> 2;
  return 0;
}

int ixgbe(Moderation& now, const Coalescing& ask) {
  // Mixed vectors.
  if (tx(ask) != 0 || rx(ask) > 0xff8 >> 2) return EINVAL;
  now.answers = ask;
  now.rx_dynamic = rx(ask) == 1;
  now.rx_delay = (rx(ask) << 2 & 0xff8) >> 2;
  return 0;
}

int bnxt_en(Moderation& now, const Coalescing& ask) {
  if (!dynamic_rx(ask) && now.rx_dynamic) {
    // "goto reset_coalesce": nothing else of the request counts.
    now.rx_dynamic = false;
    now.answers.adaptive_rx = false;
    return 0;
  }
  const auto ticks = static_cast<std::uint16_t>(rx(ask));
  auto kept = ask;
  kept.rx_usecs = ticks;
  const auto timer = static_cast<std::uint16_t>(ticks * 1000U / 80);
  return keep(now, kept, (timer * 80U + 999) / 1000);
}

int bnx2x(Moderation& now, const Coalescing& ask) {
  auto kept = ask;
  kept.rx_usecs = std::min<unsigned>(static_cast<std::uint16_t>(rx(ask)), 0xff * 4);
  kept.tx_usecs = std::min<unsigned>(static_cast<std::uint16_t>(tx(ask)), 0xff * 4);
  return keep(now, kept, *kept.rx_usecs / 4 * 4);
}

int mlx5_core(Moderation& now, const Coalescing& ask) {
  if (rx(ask) > 4095 || tx(ask) > 4095) return ERANGE;
  auto kept = ask;
  // mlx5e_reset_rx_moderation(): where DIM changes, the driver's own times are set.
  if (dynamic_rx(ask) != dynamic_rx(now.answers) || dynamic_rx(ask)) kept.rx_usecs = 8;
  if (dynamic_tx(ask) != dynamic_tx(now.answers) || dynamic_tx(ask)) kept.tx_usecs = 8;
  return keep(now, kept, *kept.rx_usecs);
}

int mlx4_core(Moderation& now, const Coalescing& ask) {
  if (rx(ask) > 65535 || tx(ask) > 65535) return ERANGE;
  auto kept = ask;
  if (rx(ask) == 0xffff) kept.rx_usecs = 16;
  return keep(now, kept, *kept.rx_usecs);
}

int qede(Moderation& now, const Coalescing& ask) {
  if (now.down || rx(ask) > 0x1ff || tx(ask) > 0x1ff) return EINVAL;
  const auto counted = [](unsigned usecs) {
    const unsigned resolution = usecs <= 0x7f ? 0 : usecs <= 0xff ? 1 : 2;
    return usecs >> resolution << resolution;
  };
  // qed_set_queue_coalesce() is asked for each direction by itself, and does nothing for 0.
  auto kept = now.answers;
  if (rx(ask)) kept.rx_usecs = counted(rx(ask));
  if (tx(ask)) kept.tx_usecs = counted(tx(ask));
  return keep(now, kept, *kept.rx_usecs);
}

int hns3(Moderation& now, const Coalescing& ask) {
  if (rx(ask) > 0x1fe0 || tx(ask) > 0x1fe0) return EINVAL;
  // A device of version 2.
  return keep(now, ask, rx(ask) & ~1U);
}

int hinic(Moderation& now, const Coalescing& ask) {
  if (rx(ask) > 255 * 9 || tx(ask) > 255 * 9) return ERANGE;
  auto kept = ask;
  kept.rx_usecs = rx(ask) / 9 * 9;
  kept.tx_usecs = tx(ask) / 9 * 9;
  return keep(now, kept, *kept.rx_usecs);
}

int be2net(Moderation& now, const Coalescing& ask) {
  auto kept = ask;
  kept.rx_usecs = kept.tx_usecs = std::min(rx(ask), 128U);
  kept.adaptive_tx = ask.adaptive_rx;
  // The multiplier that the device gets, times 1/0.65 us.
  const auto multiplier = *kept.rx_usecs * 65 / 100;
  return keep(now, kept, (multiplier * 100 + 32) / 65);
}

int rvu(Moderation& now, const Coalescing& ask) {
  if (dynamic_rx(ask) != dynamic_tx(ask)) return EINVAL;
  const auto receive = std::clamp(rx(ask), 1U, 25U), send = std::clamp(tx(ask), 1U, 25U);
  auto wait = rx(now.answers);
  if (wait == receive)
    wait = send;
  else if (wait == send)
    wait = receive;
  else
    wait = std::min(receive, send);
  if (dynamic_rx(now.answers) && !dynamic_rx(ask)) wait = 1;
  auto kept = ask;
  kept.rx_usecs = kept.tx_usecs = wait;
  return keep(now, kept, wait);
}

int liquidio(Moderation& now, const Coalescing& ask) {
  auto kept = ask;
  // CN23XX_OQ_INTR_TIME.
  if (rx(ask) == 0) kept.rx_usecs = 100;
  return keep(now, kept, *kept.rx_usecs);
}

int funeth(Moderation& now, const Coalescing& ask) {
  // With rx-frames and tx-frames of 16.
  if (rx(ask) > 0x7f || tx(ask) > 0x7f || rx(ask) == 0 || tx(ask) == 0) return EINVAL;
  return keep(now, ask, rx(ask));
}

int wx(Moderation& now, const Coalescing& ask, unsigned limit, unsigned bits) {
  // Mixed vectors.
  if (tx(ask) != 0) return EOPNOTSUPP;
  if (rx(ask) > limit >> 2) return EINVAL;
  if (dynamic_rx(ask)) {
    now.rx_dynamic = true;
    now.answers.adaptive_rx = now.answers.adaptive_tx = true;
    now.answers.rx_usecs = 1;
    return 0;
  }
  now.answers = ask;
  if (now.rx_dynamic) {
    now.rx_dynamic = false;
    now.answers.rx_usecs = 50;
  } else if (rx(ask) == 1) {
    now.rx_dynamic = true;
  }
  now.answers.adaptive_rx = now.answers.adaptive_tx = now.rx_dynamic;
  now.rx_delay = (rx(now.answers) << 2 & bits) >> 2;
  return 0;
}
int txgbe(Moderation& now, const Coalescing& ask) {
  return wx(now, ask, 0xff8, 0xff8);
}
int ngbe(Moderation& now, const Coalescing& ask) {
  return wx(now, ask, 0x7ffc, 0x7ffc);
}

template <unsigned most, int error>
int limited(Moderation& now, const Coalescing& ask) {
  return rx(ask) > most || tx(ask) > most ? error : keep(now, ask, rx(ask));
}

int virtio(Moderation& now, const Coalescing& ask) {
  if (changes_while_adaptive(now, ask)) return EINVAL;
  return keep(now, ask, rx(ask));
}

struct CoalescingRule {
  Set set;
  Coalescing fresh;
};
const Coalescing kBoth{.adaptive_rx = true, .adaptive_tx = true, .rx_usecs = 50, .tx_usecs = 50};
const Coalescing kRxAdaptive{.adaptive_rx = true, .rx_usecs = 50, .tx_usecs = 50};
const Coalescing kTimes{.rx_usecs = 25, .tx_usecs = 50};
const Coalescing kMixed{.rx_usecs = 1, .tx_usecs = 0};
const Coalescing kMixedAdaptive{
    .adaptive_rx = true, .adaptive_tx = true, .rx_usecs = 1, .tx_usecs = 0};
const Coalescing kOneTime{.adaptive_rx = true, .adaptive_tx = true, .rx_usecs = 1, .tx_usecs = 1};
const Coalescing kNoSending{.adaptive_rx = true, .adaptive_tx = true, .rx_usecs = 0};

const std::map<std::string, CoalescingRule> kCoalescingRules = {
    {"ice", {ice, kBoth}},
    {"i40e", {i40e, kBoth}},
    {"iavf", {i40e, kBoth}},
    {"idpf", {idpf, kBoth}},
    {"igb", {igb, {.rx_usecs = 3, .tx_usecs = 0}}},
    {"igbvf", {igbvf, {.rx_usecs = 3}}},
    {"ixgbe", {ixgbe, kMixed}},
    {"ixgbevf", {ixgbe, kMixed}},
    {"fm10k", {limited<0xfff, EINVAL>, kBoth}},
    {"bnxt_en", {bnxt_en, kRxAdaptive}},
    {"bnx2x", {bnx2x, kTimes}},
    {"mlx5_core", {mlx5_core, kBoth}},
    {"mlx4_core", {mlx4_core, kRxAdaptive}},
    {"qede", {qede, kTimes}},
    {"hns3", {hns3, kBoth}},
    {"hinic", {hinic, {.rx_usecs = 9, .tx_usecs = 9}}},
    {"be2net", {be2net, kBoth}},
    {"ngbe", {ngbe, kMixedAdaptive}},
    {"ngbevf", {ngbe, kMixedAdaptive}},
    {"txgbe", {txgbe, kMixedAdaptive}},
    {"txgbevf", {txgbe, kMixedAdaptive}},
    {"mana", {limited<1023, EINVAL>, kBoth}},
    {"rvu_nicpf", {rvu, kOneTime}},
    {"rvu_nicvf", {rvu, kOneTime}},
    {"LiquidIO", {liquidio, kNoSending}},
    {"LiquidIO_VF", {liquidio, kNoSending}},
    {"funeth", {funeth, {.rx_usecs = 10, .tx_usecs = 10}}},
    {"virtio-pci", {virtio, kBoth}},
};

}  // namespace

Moderation fresh_moderation(const std::string& driver) {
  const auto& fresh = kCoalescingRules.at(driver).fresh;
  const bool by_word = !fresh.adaptive_rx && rx(fresh) <= 3;
  return {.answers = fresh, .rx_delay = rx(fresh), .rx_dynamic = dynamic_rx(fresh) || by_word};
}

int set_moderation(const std::string& driver, Moderation& now, const Coalescing& request) {
  return kCoalescingRules.at(driver).set(now, request);
}

void raise_again(const std::string& driver, Moderation& now) {
  // igbvf_request_msix() notes the register's value, igbvf_poll() and igbvf_set_itr() change it.
  if (driver != "igbvf" || now.rx_dynamic) return;
  const auto requested_itr = 1000000000 / (rx(now.answers) * 4 * 256);
  if (requested_itr & 3) now.rx_delay = 488 / 4;
}

std::vector<std::string> moderated_drivers() {
  std::vector<std::string> out;
  for (const auto& [driver, rule] : kCoalescingRules)
    out.push_back(driver);
  return out;
}

}  // namespace vfirst::fake
