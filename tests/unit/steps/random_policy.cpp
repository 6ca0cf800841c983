// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/steps/random_policy.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst::test {

namespace {

class SectionWriter {
 public:
  SectionWriter(const RandomHost& host, Dice& dice, std::vector<std::size_t> pfs, unsigned number)
      : host_(host), dice_(dice), name_(fmt::format("p{}", number)) {
    section_.pfs = std::move(pfs);
  }

  RandomSection write() {
    line("[pf {}]", name_);
    select();
    number_of_vfs();
    drivers();
    if (section_.boot_nic = dice_.one_in(4); section_.boot_nic) line("allow-boot-nic = yes");
    if (section_.unknown_carrier = dice_.one_in(4); section_.unknown_carrier)
      line("allow-unknown-carrier = yes");
    if (section_.recreate = dice_.one_in(3); section_.recreate) line("allow-recreate = yes");
    if (dice_.one_in(8)) line("required = no");
    if (dice_.one_in(3)) line("irq = {}", dice_.of({"reserved", "local-reserved", "0-1"}));
    if (first().is_nic()) nic_keys();
    section_.text += range_;
    return std::move(section_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> text, Args&&... args) {
    section_.text += fmt::format(text, std::forward<Args>(args)...) + "\n";
  }
  const RandomFunction& first() const { return host_.functions[section_.pfs.front()]; }
  bool all(auto&& holds) const {
    return std::ranges::all_of(
        section_.pfs, [&](std::size_t i) { return holds(host_.functions[i]); });
  }

  void select() {
    const auto& pf = first();
    if (section_.pfs.size() > 1) {
      line("driver = {}", pf.driver);
      return line("expect = {}", section_.pfs.size());
    }
    switch (pf.is_nic() ? dice_.from(0, 2) : 0) {
      case 0: return line("pci = {}", pf.address.str());
      case 1: return line("mac = {}", pf.mac.str());
      default: return line("ifname = {}", pf.port);
    }
  }

  void number_of_vfs() {
    unsigned most = first().total;
    for (const auto i : section_.pfs)
      most = std::min(most, host_.functions[i].total);
    section_.vfs = dice_.one_in(6) ? 0 : dice_.from(1, most);
    // What exists already is wanted more often than not.
    if (first().existing && first().existing <= most && dice_.one_in(2))
      section_.vfs = first().existing;
    line("vfs = {}", section_.vfs ? std::to_string(section_.vfs) : "max");
  }

  void drivers() {
    const std::string variant =
        first().driver == "mlx5_core" ? dice_.of({"mlx5_vfio_pci", "mlx5-vfio-pci"}) : "vfio_pci";
    const std::string words[] = {"", "keep", "none", "pci-stub", "vfio", "vfio-pci", variant};
    const auto which = dice_.from(0, 6);
    section_.vfio = which > 3;
    if (which) line("vf-driver = {}", words[which]);
    if (!dice_.one_in(5)) return;
    const bool guest = dice_.one_in(2);
    range_ = fmt::format("[vf {} 0]\ndriver = {}\n", name_, guest ? "vfio-pci" : "keep");
    section_.vfio |= guest;
  }

  void nic_keys() {
    if (const auto mac = dice_.from(0, 3); mac == 1)
      line("vf-mac = stable");
    else if (mac == 2 && section_.pfs.size() == 1)
      line("vf-mac = 02:11:22:33:{:02x}:00", first().ifindex);
    if (dice_.one_in(3)) line("vf-trust = {}", dice_.of({"on", "off"}));
    if (dice_.one_in(3)) line("vf-spoofcheck = {}", dice_.of({"on", "off"}));
    if (dice_.one_in(3)) line("vf-vlan = {}", dice_.from(0, 4094));
    if (dice_.one_in(3)) line("rx-usecs = {}", dice_.from(5, 20) * 4);
    if (dice_.one_in(4)) line("queues = {}", dice_.from(1, 8));
    const auto knows = [](const RandomFunction& pf) {
      return pf.driver == "ice" || pf.driver == "mlx5_core";
    };
    // Both can be changed only before the VFs have drivers.
    if (!all(knows) || !all([](const RandomFunction& pf) { return pf.existing == 0; })) return;
    if (dice_.one_in(3)) line("vf-queues = {}", dice_.from(2, 8));
    if (dice_.one_in(3)) line("eswitch = {}", dice_.of({"legacy", "switchdev"}));
  }

  const RandomHost& host_;
  Dice& dice_;
  const std::string name_;
  RandomSection section_;
  std::string range_;
};

}  // namespace

std::vector<RandomSection> random_policy(const RandomHost& host, unsigned seed) {
  Dice dice(seed * 131 + 127);
  // Some policies name all cards of a driver at once.
  const bool together = dice.one_in(4);
  std::vector<RandomSection> out;
  std::set<std::string> named;
  for (std::size_t i = 0; i < host.functions.size(); ++i) {
    const auto& pf = host.functions[i];
    if (pf.driver.empty() || named.contains(pf.driver)) continue;
    std::vector<std::size_t> pfs{i};
    if (together) {
      named.insert(pf.driver);
      for (auto j = i + 1; j < host.functions.size(); ++j)
        if (host.functions[j].driver == pf.driver) pfs.push_back(j);
    } else if (dice.one_in(5)) {
      continue;
    }
    out.push_back(
        SectionWriter(host, dice, std::move(pfs), static_cast<unsigned>(out.size())).write());
  }
  return out;
}

std::string text_of(const std::vector<RandomSection>& sections) {
  std::string out;
  for (const auto& section : sections)
    out += section.text;
  return out;
}

}  // namespace vfirst::test
