// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/values.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "kargs/command_line.hpp"
#include "kargs/cpulist.hpp"
#include "policy/extra.hpp"

#include <array>
#include <utility>

namespace vfirst::value {

namespace {

// The words of a key that has a closed set of values, for reading and writing.
template <class T, std::size_t n>
using Choice = std::array<std::pair<std::string_view, T>, n>;

constexpr Choice<IommuMode, 3> kIommuModes{
    {{"passthrough", IommuMode::passthrough},
     {"translated", IommuMode::translated},
     {"off", IommuMode::off}}};
constexpr Choice<LinkState, 3> kLinkStates{
    {{"auto", LinkState::automatic},
     {"enable", LinkState::enable},
     {"disable", LinkState::disable}}};
constexpr Choice<MigrationWish, 2> kMigrationWishes{
    {{"required", MigrationWish::required}, {"wanted", MigrationWish::wanted}}};
constexpr Choice<Reboot, 3> kReboots{
    {{"none", Reboot::none}, {"reboot", Reboot::reboot}, {"kexec", Reboot::kexec}}};
constexpr Choice<bool BroughtSources::*, 3> kBrought{
    {{"label", &BroughtSources::label},
     {"url", &BroughtSources::url},
     {"loader-file", &BroughtSources::loader_file}}};
constexpr Choice<Role, 2> kRoles{{{"host", Role::host}, {"guest", Role::guest}}};
constexpr Choice<bool, 6> kBooleans{
    {{"yes", true}, {"no", false}, {"on", true}, {"off", false}, {"true", true}, {"false", false}}};
constexpr Choice<std::string_view, 2> kEswitch{{{"legacy", "legacy"}, {"switchdev", "switchdev"}}};
constexpr Choice<VlanProtocol, 2> kVlanProtocols{
    {{"802.1Q", VlanProtocol::dot1q}, {"802.1ad", VlanProtocol::dot1ad}}};
constexpr Choice<std::string_view, 3> kMitigations{
    {{"auto", "auto"}, {"auto,nosmt", "auto,nosmt"}, {"off", "off"}}};

template <class T, std::size_t n>
Result<T> choose(const Choice<T, n>& choice, std::string_view text) {
  for (const auto& [name, value] : choice)
    if (name == text) return value;
  return refuse(
      "'{}' is not {}", text, joined_with("or", choice, [](const auto& one) { return one.first; }));
}

template <class T, std::size_t n>
std::string spell(const Choice<T, n>& choice, T value) {
  for (const auto& [name, each] : choice)
    if (each == value) return std::string(name);
  return {};
}

bool only(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

}  // namespace

Result<bool> yes_no(std::string_view text) {
  for (const auto& [name, each] : kBooleans)
    if (name == lowered(text)) return each;
  return refuse("'{}' is not yes or no", text);
}

Result<unsigned> number_in(std::string_view text, unsigned least, unsigned most) {
  const auto value = parse_number(text);
  if (!value) return refuse("'{}' is not a number", text);
  if (*value < least || *value > most)
    return refuse("{} is out of range: {} to {}", text, least, most);
  return static_cast<unsigned>(*value);
}

Result<std::uint16_t> id16(std::string_view text) {
  const auto value = parse_number(text, 16);
  if (!value || *value > 0xffff)
    return refuse("'{}' is not a PCI ID (up to four hexadecimal digits)", text);
  return static_cast<std::uint16_t>(*value);
}

Result<std::string> cpus(std::string_view text) {
  // The CPUs of the machine are not known here. The planner reads the list again and checks it.
  const auto set = VFIRST_TRY(parse_kernel_list(text, CpuSet::kLimit));
  if (set.empty()) return refuse("'{}' names no CPU", text);
  // The kernel takes a blank as a comma. It is kept as a comma.
  std::string out;
  for (auto word : vfirst::words(text))
    for (auto region : split(word, ','))
      if (!region.empty()) append_to_list(out, region, ",");
  return out;
}

Result<std::string> words(std::string_view text) {
  VFIRST_CHECK(check_extra(text));
  std::string out;
  for (const auto& arg : CommandLine::parse(text).args())
    append_to_list(out, arg.raw, " ");
  return out;
}

Result<std::string> glob(std::string_view text) {
  return std::string(text);
}

Result<std::string> pci_glob(std::string_view text) {
  auto out = lowered(text);
  if (!only(out, "0123456789abcdef:.*?"))
    return refuse("'{}' is not a PCI address (0000:3b:00.0, or with * and ?)", text);
  if (only(out, "0123456789abcdef:.")) return VFIRST_TRY(PciAddress::parse(out)).str();
  if (split(out, ':').size() == 2 && out.find('*') > out.find(':')) out.insert(0, "0000:");
  return out;
}

Result<std::string> subsystem(std::string_view text) {
  const auto halves = split(text, ':');
  std::string out;
  for (auto half : halves) {
    if (!out.empty()) out += ':';
    const auto id = half == "*" ? Result<std::uint16_t>(std::uint16_t{0}) : id16(half);
    if (halves.size() != 2 || !id)
      return refuse("'{}' is not vendor:device (8086:0001, either half may be *)", text);
    out += half == "*" ? "*" : print(*id);
  }
  return out;
}

Result<VfDriver> vf_driver(std::string_view text) {
  return VfDriver::parse(text);
}

Result<MigrationWish> migration_wish(std::string_view text) {
  return choose(kMigrationWishes, text);
}

Result<std::string> eswitch(std::string_view text) {
  return std::string(VFIRST_TRY(choose(kEswitch, text)));
}
Result<std::string> mitigations(std::string_view text) {
  return std::string(VFIRST_TRY(choose(kMitigations, text)));
}
Result<VlanProtocol> vlan_protocol(std::string_view text) {
  for (const auto& [name, each] : kVlanProtocols)
    if (lowered(name) == lowered(text)) return each;
  return choose(kVlanProtocols, text);
}

Result<MacAddress> mac(std::string_view text) {
  return MacAddress::parse(text);
}

Result<ByteSize> size(std::string_view text) {
  return ByteSize::parse(text);
}

Result<PageRequest> pages(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const auto amount = parse_number(trimmed(text));
  if (!amount) return refuse("'{}' is not a page count or a percentage", text);
  if (percent && (*amount < 1 || *amount > 100))
    return refuse("{}% is out of range: 1% to 100%", *amount);
  // 16 Mi pages are 32 TiB of 2M pages on one node.
  if (*amount > (1u << 24)) return refuse("{} pages is out of range: 0 to {}", *amount, 1u << 24);
  return PageRequest{percent, *amount};
}

Result<IommuMode> iommu_mode(std::string_view text) {
  return choose(kIommuModes, text);
}

Result<std::optional<unsigned>> cstate(std::string_view text) {
  if (text == "any") return std::optional<unsigned>();
  const auto state = parse_number(text);
  if (!state || *state > 9) return refuse("'{}' is not a C-state: 0 to 9, or any", text);
  return std::optional<unsigned>(static_cast<unsigned>(*state));
}

Result<VfCount> vf_count(std::string_view text) {
  if (text == "max") return VfCount{};
  const auto count = parse_number(text);
  if (!count) return refuse("'{}' is not a number of VFs or max", text);
  if (*count > 0xffff) return refuse("{} is out of range: TotalVFs has 16 bits", text);
  return VfCount{static_cast<unsigned>(*count)};
}

Result<LinkState> link_state(std::string_view text) {
  return choose(kLinkStates, text);
}

Result<IrqRule> irq_rule(std::string_view text) {
  if (text == "local-reserved") return IrqRule{IrqRule::Kind::local_reserved, {}};
  if (text == "reserved") return IrqRule{IrqRule::Kind::reserved, {}};
  auto list = cpus(text);
  if (!list) return refuse("'{}' is not local-reserved, reserved or a CPU list", text);
  return IrqRule{IrqRule::Kind::list, std::move(*list)};
}

Result<Reboot> reboot(std::string_view text) {
  return choose(kReboots, text);
}
Result<Role> role(std::string_view text) {
  return choose(kRoles, text);
}
Result<BroughtSources> brought(std::string_view text) {
  BroughtSources out;
  if (text == "none") return out;
  for (const auto word : vfirst::words(text))
    out.*VFIRST_TRY(choose(kBrought, word)) = true;
  return out;
}

std::string print(bool on) {
  return on ? "yes" : "no";
}
std::string print(unsigned number) {
  return std::to_string(number);
}
std::string print(std::uint16_t id) {
  return fmt::format("{:04x}", id);
}
std::string print(const std::string& text) {
  return text;
}
std::string print(const ByteSize& size) {
  return size.str();
}
std::string print(const MacAddress& mac) {
  return mac.str();
}
std::string print(const PageRequest& pages) {
  return fmt::format("{}{}", pages.amount, pages.percent ? "%" : "");
}
std::string print(IommuMode mode) {
  return spell(kIommuModes, mode);
}
std::string print(const std::optional<unsigned>& cstate) {
  return cstate ? print(*cstate) : "any";
}
std::string print(const VfDriver& driver) {
  return driver.str();
}
std::string print(const VfCount& count) {
  return count.number ? print(*count.number) : "max";
}
std::string print(VlanProtocol protocol) {
  return spell(kVlanProtocols, protocol);
}
std::string print(MigrationWish wish) {
  return spell(kMigrationWishes, wish);
}
std::string print(LinkState state) {
  return spell(kLinkStates, state);
}
std::string print(const IrqRule& rule) {
  if (rule.kind == IrqRule::Kind::list) return rule.cpus;
  return rule.kind == IrqRule::Kind::reserved ? "reserved" : "local-reserved";
}
std::string print(Reboot reboot) {
  return spell(kReboots, reboot);
}
std::string print(Role role) {
  return spell(kRoles, role);
}
std::string print(const BroughtSources& sources) {
  std::string out;
  for (const auto& [name, member] : kBrought)
    if (sources.*member) append_to_list(out, name, " ");
  return out.empty() ? "none" : out;
}

}  // namespace vfirst::value
