// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/host_words.hpp"

#include "base/mac_address.hpp"
#include "base/text.hpp"
#include "kargs/command_line.hpp"
#include "policy/ini.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::string_view kHostKeys[] = {
    "isolcpus",
    "nohz_full",
    "rcu_nocbs",
    "irqaffinity",
    "kthread_cpus",
    "tuned.non_isolcpus",
    "systemd.cpu_affinity",
    "workqueue.unbound_cpus",
    "hugepages"};

bool has_digit(std::string_view text) {
  return text.find_first_of("0123456789") != text.npos;
}

// aa:bb:cc:dd:ee:ff or with dashes, anywhere in the text: ifname=eth0:MAC, BOOTIF=01-MAC,
// ip=...:MAC.
bool has_mac(std::string_view text) {
  constexpr std::size_t kLength = 17;
  for (std::size_t at = 0; at + kLength <= text.size(); ++at) {
    std::string candidate(text.substr(at, kLength));
    std::ranges::replace(candidate, '-', ':');
    if (std::ranges::count(candidate, ':') == 5 && MacAddress::parse(candidate)) return true;
  }
  return false;
}

bool fits_one_host(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == word.npos) return false;
  const auto key = word.substr(0, equals), value = word.substr(equals + 1);
  if (std::ranges::any_of(
          kHostKeys, [&](std::string_view host_key) { return same_key(host_key, key); }))
    return has_digit(value) && value != "0";
  return (key == "ifname" || key == "BOOTIF" || key == "ip") && has_mac(value);
}

}  // namespace

std::vector<HostWord> host_arguments(std::string_view text) {
  std::vector<HostWord> found;
  unsigned number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (trimmed(line).starts_with('#')) continue;
    for (std::size_t at = 0; at < line.size();) {
      constexpr std::string_view kEdges = " \t\"'[]";
      const auto end = std::min(line.find_first_of(kEdges, at), line.size());
      auto word = line.substr(at, end - at);
      at = end + 1;
      // No quotes around a single word.
      if (word.starts_with("GRUB_CMDLINE"))
        word.remove_prefix(std::min(word.find('=') + 1, word.size()));
      if (!fits_one_host(word) || std::ranges::find(found, word, &HostWord::word) != found.end())
        continue;
      found.push_back({std::string(word), number});
    }
  }
  return found;
}

std::vector<Difference> host_values(const std::string& path, std::string_view text) {
  const auto sections = read_ini(path, text);
  if (!sections) return {};
  bool model = false, host = false;
  for (const auto& section : *sections) {
    if (section.name != "match") continue;
    for (const auto& entry : section.entries)
      (entry.key == "serial" || entry.key == "hostname" || entry.key == "mac" ? host : model) =
          true;
  }
  if (host) return {};
  std::vector<Difference> differences;
  for (const auto& section : *sections) {
    const bool pf = section.name.starts_with("pf "), vf = section.name.starts_with("vf ");
    for (const auto& [key, value, line, more] : section.entries) {
      std::string_view fits;
      if ((pf && (key == "mac" || key == "vf-mac")) || (vf && key == "mac"))
        fits = has_mac(value) ? "host" : "";
      else if (model)
        continue;
      else if (
          (section.name == "cpu" && key == "reserved") || (pf && key == "irq" && has_digit(value)))
        fits = "model";
      else if (section.name == "kernel" && key == "extra" && !host_arguments(value).empty())
        fits = "model";
      if (fits.empty()) continue;
      differences.push_back(
          {path, line,
           fmt::format(
               "[{}] {} = {} fits only one {}, and no [match] says which", section.name, key, value,
               fits),
           fits == "host" ? "give the file a [match] with serial, hostname or mac"
                          : "give the file a [match], or state it as a goal",
           true});
    }
  }
  return differences;
}

}  // namespace vfirst
