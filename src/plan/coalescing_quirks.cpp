// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/coalescing_quirks.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace vfirst {

namespace {

using Answers = CoalescingQuirk::Answers;

// Read in Linux 7.3.4, in the functions that are named in front of each row; the files are below
// drivers/net/ethernet. Not here, because a limit depends on the card and no file shows it: ena
// (ena_set_coalesce), enic (enic_set_coalesce), fsl_enetc (enetc_set_coalesce), ionic
// (ionic_set_coalesce), nfp (nfp_net_set_coalesce), sfc and sfc_siena (efx_init_irq_moderation);
// and cxgb4 and cxgb4vf, which take the nearest of six times of their firmware (cxgb4_main.c,
// cxgb4_set_rspq_intr_params; cxgb4vf_main.c, set_rxq_intr_params). Not here, because it takes each
// 16-bit number: qlcnic (qlcnic_set_intr_coalesce). hinic3, nicvf, octeon_ep, pds_core and
// sfc_ef100 have no set_coalesce.
constexpr auto kCoalescingQuirks = std::to_array<CoalescingQuirk>({
    // intel/ice/ice_ethtool.c, ice_set_rc_coalesce(): it keeps the time as it was asked for, and
    // ice_lib.c, __ice_write_itr() rounds what the device gets down to a multiple of 2.
    {.driver = "ice", .least = 2, .most = 8160, .unit = 2, .adaptive_first = true},
    // intel/i40e/i40e_ethtool.c, __i40e_set_coalesce() and i40e_set_itr_per_queue():
    // ITR_REG_ALIGN()
    // rounds up. intel/iavf/iavf_ethtool.c, iavf_set_itr_per_queue() likewise.
    {.driver = "i40e", .most = 8160, .unit = 2, .answers = Answers::above, .adaptive_first = true},
    {.driver = "iavf", .most = 8160, .unit = 2, .answers = Answers::above, .adaptive_first = true},
    // intel/idpf/idpf_ethtool.c, __idpf_set_q_coalesce().
    {.driver = "idpf",
     .least = 2,
     .most = 8160,
     .unit = 2,
     .answers = Answers::below,
     .adaptive_first = true},
    // intel/igb/igb_ethtool.c, igb_set_coalesce(): 10 to 10000, and 1 and 3 for adaptive
    // coalescing; igb_main.c, igb_write_itr(): the register has the bits 14 to 2 of usecs << 2, so
    // 8192 throttles nothing and 10000 is 1808 (measured on QEMU's igb).
    {.driver = "igb", .least = 10, .most = 8191, .adaptive_words = 0b1010},
    // intel/igbvf/ethtool.c, igbvf_set_coalesce(): 2 and 3 for adaptive coalescing; 0 becomes 1,
    // because the device cannot do without. The register is igb's. netdev.c, igbvf_poll() calls
    // igbvf_set_itr() where requested_itr, which is interrupts per second for a time, has one of
    // the two lowest bits. That leads to IGBVF_START_ITR, because igbvf_update_itr() is called with
    // a register's value in place of a range; but it writes only where that differs from the value
    // that igbvf_request_msix() noted when the port came up.
    {.driver = "igbvf",
     .least = 10,
     .most = 8191,
     .zero_answers = 1,
     .adaptive_words = 0b1100,
     .adapts_by_rate = true},
    // intel/ixgbe/ixgbe_ethtool.c, ixgbe_set_coalesce(): up to IXGBE_MAX_EITR >> 2; ixgbe_main.c,
    // ixgbe_write_eitr() leaves out the three lowest bits of usecs << 2. intel/ixgbevf/ethtool.c,
    // ixgbevf_set_coalesce() likewise.
    {.driver = "ixgbe", .least = 2, .most = 1022, .unit = 2, .adaptive_words = 0b10},
    {.driver = "ixgbevf", .least = 2, .most = 1022, .unit = 2, .adaptive_words = 0b10},
    // intel/fm10k/fm10k_ethtool.c, fm10k_set_coalesce().
    {.driver = "fm10k", .most = 4095},
    // broadcom/bnxt/bnxt.c, bnxt_usec_to_coal_tmr(): a 16-bit number of 80 ns, unless the firmware
    // names another unit.
    {.driver = "bnxt_en", .most = 5242},
    // broadcom/bnx2x/bnx2x_ethtool.c, bnx2x_set_coalesce(): 255 times 4; bnx2x_cmn.c,
    // bnx2x_update_coalesce_sb_index() divides by 4.
    {.driver = "bnx2x", .least = 4, .most = 1020, .unit = 4},
    // mellanox/mlx5/core/en_ethtool.c, mlx5e_ethtool_set_coalesce(): MLX5_MAX_CQ_PERIOD, 12 bits.
    {.driver = "mlx5_core", .most = 4095},
    // mellanox/mlx4/en_ethtool.c, mlx4_en_set_coalesce(): 65535 (MLX4_EN_AUTO_CONF) becomes 16.
    {.driver = "mlx4_core", .most = 65534},
    // qlogic/qede/qede_ethtool.c, qede_set_coalesce(): QED_COALESCE_MAX; qed_dev.c,
    // qed_set_queue_coalesce() passes a 0 over; qed_l2.c, qed_get_rxq_coalesce() answers what the
    // device has, 7 bits and their unit.
    {.driver = "qede",
     .most = 511,
     .coarser_from = 128,
     .answers = Answers::below,
     .takes_zero = false},
    // hisilicon/hns3/hns3_ethtool.c, hns3_check_gl_coalesce_para(): 8160 unless the firmware says
    // otherwise; hns3_enet.c, hns3_set_vector_coalesce_rx_gl(): devices of version 2 count by 2.
    {.driver = "hns3", .least = 2, .most = 8160, .unit = 2},
    // huawei/hinic/hinic_ethtool.c, __hinic_set_coalesce(): up to 255 times 9.
    {.driver = "hinic", .least = 9, .most = 2295, .unit = 9, .answers = Answers::below},
    // emulex/benet/be_ethtool.c, be_set_coalesce(): BE_MAX_EQD, and nothing of the transmit side;
    // be_main.c, be_eqd_update(): the device counts by 1/0.65 us, and what be_get_coalesce()
    // answers changes there, which all but Skyhawk call once a second (be_worker()).
    {.driver = "be2net",
     .least = 2,
     .most = 128,
     .unit = 2,
     .one_time = true,
     .one_switch = true,
     .answers_late = true},
    // wangxun/libwx/wx_ethtool.c, wx_set_coalesce(): 1 for adaptive coalescing, which has the
    // receiver's switch alone; wx_lib.c, wx_write_eitr().
    {.driver = "ngbe", .least = 2, .most = 8191, .adaptive_words = 0b10, .one_switch = true},
    {.driver = "ngbevf", .least = 2, .most = 8191, .adaptive_words = 0b10, .one_switch = true},
    {.driver = "txgbe",
     .least = 2,
     .most = 1022,
     .unit = 2,
     .adaptive_words = 0b10,
     .one_switch = true},
    {.driver = "txgbevf",
     .least = 2,
     .most = 1022,
     .unit = 2,
     .adaptive_words = 0b10,
     .one_switch = true},
    // microsoft/mana/mana_ethtool.c, mana_set_coalesce(): MANA_INTR_MODR_USEC_MAX.
    {.driver = "mana", .most = 1023},
    // marvell/octeontx2/nic/otx2_ethtool.c, otx2_set_coalesce(): 1 to CQ_TIMER_THRESH_MAX, one time
    // and one switch for both, and both parts of the switch are asked for together.
    {.driver = "rvu_nicpf", .most = 25, .zero_answers = 1, .one_time = true, .one_switch = true},
    {.driver = "rvu_nicvf", .most = 25, .zero_answers = 1, .one_time = true, .one_switch = true},
    // cavium/liquidio/lio_ethtool.c, oct_cfg_rx_intrtime(): 0 stands for the driver's default.
    {.driver = "LiquidIO", .takes_zero = false},
    {.driver = "LiquidIO_VF", .takes_zero = false},
    // fungible/funeth/funeth_ethtool.c, fun_set_coalesce(): FUN_DB_INTCOAL_USEC_M, and 0 only with
    // rx-frames and tx-frames of 1, which are 16.
    {.driver = "funeth", .most = 127, .takes_zero = false},
    // drivers/net/virtio_net.c, virtnet_send_rx_notf_coal_cmds(): the host does the rest.
    {.driver = "virtio-pci", .adaptive_first = true},
});

bool can_delay(const CoalescingQuirk& quirk, unsigned usecs) {
  return usecs == 0 ? quirk.takes_zero : usecs >= quirk.least && usecs <= quirk.most;
}

std::string range_of(const CoalescingQuirk& quirk) {
  if (!quirk.takes_zero) return fmt::format("{} to {} us", quirk.least, quirk.most);
  if (quirk.least > 1) return fmt::format("0 or {} to {} us", quirk.least, quirk.most);
  return fmt::format("0 to {} us", quirk.most);
}

std::string refusal(const CoalescingQuirk& quirk, std::string_view key, unsigned usecs) {
  return fmt::format(
      "driver {} delays interrupts by {}, not by {} ({}){}", quirk.driver, range_of(quirk), usecs,
      key,
      means_adaptive(quirk.driver, usecs)
          ? fmt::format("; {} is its word for adaptive coalescing", usecs)
          : std::string());
}

// igbvf_set_coalesce(): what it notes for a time are interrupts per second, by a unit of 256 ns.
bool lost_by_rate(unsigned usecs) {
  return (1000000000 / (std::max(usecs, 1U) * 4 * 256) & 3) != 0;
}

}  // namespace

std::span<const CoalescingQuirk> coalescing_quirks() {
  return kCoalescingQuirks;
}

const CoalescingQuirk* coalescing_quirk(std::string_view driver) {
  const auto found = std::ranges::find(kCoalescingQuirks, driver, &CoalescingQuirk::driver);
  return found == kCoalescingQuirks.end() ? nullptr : &*found;
}

std::optional<std::string> coalescing_refusal(std::string_view driver, const Coalescing& wanted) {
  const auto* quirk = coalescing_quirk(driver);
  if (!quirk) return std::nullopt;
  const auto impossible = [&](const std::optional<unsigned>& usecs) {
    return usecs && !can_delay(*quirk, *usecs);
  };
  if (impossible(wanted.rx_usecs)) return refusal(*quirk, "rx-usecs", *wanted.rx_usecs);
  if (impossible(wanted.tx_usecs)) return refusal(*quirk, "tx-usecs", *wanted.tx_usecs);
  if (quirk->adaptive_first) {
    const auto both = [&](std::string_view adaptive, std::string_view time) {
      return fmt::format(
          "driver {} takes no {} while {} is on: leave one of the two out", driver, time, adaptive);
    };
    if (wanted.adaptive_rx.value_or(false) && wanted.rx_usecs)
      return both("adaptive-rx", "rx-usecs");
    if (wanted.adaptive_tx.value_or(false) && wanted.tx_usecs)
      return both("adaptive-tx", "tx-usecs");
  }
  if (quirk->one_time && wanted.tx_usecs && wanted.tx_usecs != wanted.rx_usecs)
    return fmt::format(
        "driver {} has one delay for receiving and sending: write rx-usecs and leave tx-usecs out",
        driver);
  if (quirk->one_switch && wanted.adaptive_rx && wanted.adaptive_tx &&
      wanted.adaptive_rx != wanted.adaptive_tx)
    return fmt::format(
        "driver {} has one switch for adaptive-rx and adaptive-tx: write adaptive-rx alone",
        driver);
  return std::nullopt;
}

std::optional<std::string> coalescing_loss(std::string_view driver, const Coalescing& wanted) {
  const auto* quirk = coalescing_quirk(driver);
  if (!quirk || !quirk->adapts_by_rate || !wanted.rx_usecs || !lost_by_rate(*wanted.rx_usecs) ||
      !can_delay(*quirk, *wanted.rx_usecs))
    return std::nullopt;
  // The nearest times that it keeps.
  auto below = std::clamp(*wanted.rx_usecs, quirk->least, quirk->most), above = below;
  while (below > quirk->least && lost_by_rate(below))
    --below;
  while (above < quirk->most && lost_by_rate(above))
    ++above;
  const auto kept = below == above || lost_by_rate(below) ? fmt::format("{}", above)
                    : lost_by_rate(above)                 ? fmt::format("{}", below)
                                                          : fmt::format("{} or {}", below, above);
  return fmt::format(
      "driver {} delays interrupts by 122 us, not by {}, once its port was down and up again; it "
      "keeps rx-usecs = {}",
      driver, *wanted.rx_usecs, kept);
}

unsigned answer_for(std::string_view driver, unsigned usecs) {
  const auto* quirk = coalescing_quirk(driver);
  if (!quirk) return usecs;
  if (usecs == 0) return quirk->zero_answers;
  unsigned unit = quirk->unit;
  for (unsigned from = quirk->coarser_from; from != 0 && usecs >= from; from *= 2)
    unit *= 2;
  switch (quirk->answers) {
    case Answers::asked: return usecs;
    case Answers::below: return usecs / unit * unit;
    case Answers::above: return (usecs + unit - 1) / unit * unit;
  }
  return usecs;
}

bool means_adaptive(std::string_view driver, unsigned usecs) {
  const auto* quirk = coalescing_quirk(driver);
  return quirk && usecs < 8 && (quirk->adaptive_words >> usecs & 1) != 0;
}

}  // namespace vfirst
