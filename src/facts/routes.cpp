// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/routes.hpp"

#include "base/text.hpp"
#include "host/own_paths.hpp"
#include "host/routes.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <bit>
#include <map>
#include <set>

namespace vfirst::facts {

namespace {

// RT_TABLE_DEFAULT, RT_TABLE_MAIN and RT_TABLE_LOCAL of rtnetlink(7).
constexpr unsigned kDefaultTable = 253, kMainTable = 254, kLocalTable = 255;

// "0000090A": four bytes in the order of the CPU that made the file, a little-endian one.
std::optional<std::uint32_t> host_order(std::string_view text) {
  const auto number = parse_number(text, 16);
  if (!number || *number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

IpAddress v4(std::uint32_t little_endian) {
  IpAddress out;
  for (unsigned i = 0; i < 4; ++i)
    out.bytes[i] = static_cast<std::uint8_t>(little_endian >> (8 * i));
  return out;
}

// 32 digits without colons, as proc/net/ipv6_route and proc/net/if_inet6 have them.
std::optional<IpAddress> v6(std::string_view digits) {
  if (digits.size() != 32) return std::nullopt;
  IpAddress out;
  out.v6 = true;
  for (std::size_t i = 0; i < 16; ++i) {
    const auto byte = parse_number(digits.substr(2 * i, 2), 16);
    if (!byte) return std::nullopt;
    out.bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return out;
}

std::vector<std::string> names(const std::set<std::string>& set) {
  return {set.begin(), set.end()};
}

}  // namespace

Routes::Routes(const Root& root) : root_(root) {
  if (root.is_host()) {
    if (!ask_kernel()) read_procfs();
  } else if (const auto text = root.read(kCapturedRoutes)) {
    read_captured(*text);
  } else {
    read_procfs();
  }
}

bool Routes::ask_kernel() {
  const auto kernel = kernel_routes(asked_);
  if (!kernel) return false;
  routes_.clear();
  rule_tables_ = kernel->rule_tables;
  std::string text;
  for (const auto table : rule_tables_)
    text += fmt::format("rule {}\n", table);
  for (const auto& route : kernel->routes) {
    routes_.push_back({route.destination, route.prefix, route.table, route.local, route.interface});
    text += fmt::format(
        "{} {} {}/{} {}\n", route.local ? "local" : "route", route.table, route.destination.str(),
        route.prefix, route.interface);
  }
  root_.remember(kCapturedRoutes, text);
  return true;
}

void Routes::read_captured(std::string_view text) {
  for (const auto line : split(text, '\n')) {
    const auto parts = words(line);
    const auto table = parts.size() >= 2 ? parse_number(parts[1]) : std::nullopt;
    if (!table || *table > UINT32_MAX) continue;
    if (parts[0] == "rule") rule_tables_.push_back(static_cast<unsigned>(*table));
    if (parts.size() < 4) continue;
    const auto slash = parts[2].find('/');
    const auto destination = IpAddress::parse(parts[2].substr(0, slash));
    const auto prefix =
        slash == parts[2].npos ? std::nullopt : parse_number(parts[2].substr(slash + 1));
    if (!destination || !prefix || *prefix > destination->bits()) continue;
    routes_.push_back(
        {*destination, static_cast<unsigned>(*prefix), static_cast<unsigned>(*table),
         parts[0] == "local", std::string(parts[3])});
  }
}

void Routes::read_procfs() {
  // Iface Destination Gateway Flags ... Mask.
  if (const auto text = root_.read("proc/net/route")) {
    const auto lines = split(*text, '\n');
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto parts = words(lines[i]);
      if (parts.size() < 8) continue;
      const auto destination = host_order(parts[1]), mask = host_order(parts[7]);
      if (!destination || !mask) continue;
      routes_.push_back(
          {v4(*destination), static_cast<unsigned>(std::popcount(*mask)), kMainTable, false,
           std::string(parts[0])});
    }
  }
  // Destination, prefix length, ..., flags, interface. The default route on lo is the one that
  // refuses (RTF_REJECT).
  if (const auto text = root_.read("proc/net/ipv6_route")) {
    for (const auto line : split(*text, '\n')) {
      const auto parts = words(line);
      if (parts.size() < 10 || parts[9] == "lo") continue;
      const auto destination = v6(parts[0]);
      const auto prefix = parse_number(parts[1], 16);
      if (!destination || !prefix || *prefix > 128) continue;
      routes_.push_back(
          {*destination, static_cast<unsigned>(*prefix), kMainTable, false, std::string(parts[9])});
    }
  }
  partial_ = !routes_.empty();
  // Address, index, prefix length, scope, flags, interface.
  if (const auto text = root_.read("proc/net/if_inet6")) {
    for (const auto line : split(*text, '\n')) {
      const auto parts = words(line);
      if (parts.size() < 6) continue;
      if (const auto address = v6(parts[0]))
        routes_.push_back({*address, 128, kLocalTable, true, std::string(parts[5])});
    }
  }
}

void Routes::look_for(const IpAddress& address) {
  if (!root_.is_host() || std::ranges::find(asked_, address) != asked_.end()) return;
  asked_.push_back(address);
  // The routes of procfs, if the kernel did not answer before, stay.
  [[maybe_unused]] const bool answered = ask_kernel();
}

std::vector<std::string> Routes::default_interfaces() const {
  std::set<std::string> out;
  for (const auto& route : routes_)
    if (route.prefix == 0 && !route.local && route.destination.is_zero() && route.interface != "lo")
      out.insert(route.interface);
  return names(out);
}

std::vector<std::string> Routes::toward(const IpAddress& address) {
  look_for(address);
  const auto usual = [&](unsigned table) {
    return table == kMainTable || table == kDefaultTable ||
           (table != kLocalTable && std::ranges::find(rule_tables_, table) != rule_tables_.end());
  };
  // By table: the longest prefix.
  std::map<unsigned, unsigned> longest;
  for (const auto& route : routes_)
    if (!route.local && route.destination.shares_prefix(address, route.prefix)) {
      auto& most = longest.try_emplace(route.table, route.prefix).first->second;
      most = std::max(most, route.prefix);
    }
  const bool any_usual =
      std::ranges::any_of(longest, [&](const auto& one) { return usual(one.first); });
  std::set<std::string> out;
  for (const auto& route : routes_) {
    const auto most = longest.find(route.table);
    if (route.local || most == longest.end() || route.prefix != most->second) continue;
    if (any_usual && !usual(route.table)) continue;
    if (route.destination.shares_prefix(address, route.prefix)) out.insert(route.interface);
  }
  return names(out);
}

std::vector<std::string> Routes::with_address(const IpAddress& address) {
  look_for(address);
  std::set<std::string> out;
  for (const auto& route : routes_)
    if (route.local && route.destination == address && route.prefix == address.bits())
      out.insert(route.interface);
  return names(out);
}

}  // namespace vfirst::facts
