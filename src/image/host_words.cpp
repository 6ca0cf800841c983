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
    std::string one(text.substr(at, kLength));
    std::ranges::replace(one, '-', ':');
    if (std::ranges::count(one, ':') == 5 && MacAddress::parse(one)) return true;
  }
  return false;
}

bool fits_one_host(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == word.npos) return false;
  const auto key = word.substr(0, equals), value = word.substr(equals + 1);
  if (std::ranges::any_of(kHostKeys, [&](std::string_view one) { return same_key(one, key); }))
    return has_digit(value) && value != "0";
  return (key == "ifname" || key == "BOOTIF" || key == "ip") && has_mac(value);
}

}  // namespace

std::vector<HostWord> host_arguments(std::string_view text) {
  std::vector<HostWord> out;
  unsigned number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (trimmed(line).starts_with('#')) continue;
    for (std::size_t at = 0; at < line.size();) {
      constexpr std::string_view kEdges = " \t\"'[]";
      const auto end = std::min(line.find_first_of(kEdges, at), line.size());
      auto word = line.substr(at, end - at);
      at = end + 1;
      // no quotes around a single word
      if (word.starts_with("GRUB_CMDLINE"))
        word.remove_prefix(std::min(word.find('=') + 1, word.size()));
      if (!fits_one_host(word) || std::ranges::find(out, word, &HostWord::word) != out.end())
        continue;
      out.push_back({std::string(word), number});
    }
  }
  return out;
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
  std::vector<Difference> out;
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
      out.push_back(
          {path, line,
           fmt::format(
               "[{}] {} = {} fits one {}, and no [match] says which", section.name, key, value,
               fits),
           fits == "host" ? "give the file a [match] with serial, hostname or mac"
                          : "give the file a [match], or say it in words",
           true});
    }
  }
  return out;
}

}  // namespace vfirst
