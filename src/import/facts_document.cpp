// SPDX-License-Identifier: GPL-2.0-or-later
// vfirst.facts/1, as report/facts_json.cpp writes it.
#include "import/facts_document.hpp"

#include "base/text.hpp"
#include "facts/document_words.hpp"
#include "import/check_facts.hpp"
#include "import/reader.hpp"

#include <array>

namespace vfirst {

template <>
struct ShapeOf<CpuSet> {
  static constexpr Shape value =
      parsed_shape<CpuSet, [](std::string_view text) { return CpuSet::parse_list(text); }>(
          "a CPU list");
};
template <>
struct ShapeOf<PciAddress> {
  static constexpr Shape value =
      parsed_shape<PciAddress, [](std::string_view text) { return PciAddress::parse(text); }>(
          "a PCI address");
};
template <>
struct ShapeOf<MacAddress> {
  static constexpr Shape value =
      parsed_shape<MacAddress, [](std::string_view text) { return MacAddress::parse(text); }>(
          "a MAC address");
};
template <>
struct ShapeOf<Guid> {
  static constexpr Shape value =
      parsed_shape<Guid, [](std::string_view text) { return Guid::parse(text); }>("a GUID");
};

namespace {

template <class T, std::uint64_t Most>
constexpr Shape kHex = parsed_shape<T, [](std::string_view text) {
  const auto number = parse_number(text, 16);
  return number && *number <= Most ? std::optional(static_cast<T>(*number)) : std::nullopt;
}>("a hexadecimal number");
constexpr const Shape* kId = &kHex<std::uint16_t, 0xffff>;

template <class T>
constexpr Shape word_shape(const char* what) {
  return parsed_shape<T, from_document_word<T>>(what);
}

// Limits far above every machine, so that no sum in the plan can overflow: 16 PiB of memory, 16K
// CPUs and nodes.
constexpr Shape kCpuNumber = number_shape<unsigned, CpuSet::kLimit - 1>("a CPU number");
constexpr Shape kPlace =
    number_shape<int, (1u << 30)>("the number of a package, die, core or node");
constexpr Shape kNode = number_shape<unsigned, 16383>("a node's number");
constexpr Shape kKilobytes = number_shape<std::uint64_t, std::uint64_t{1} << 44>("an amount in kB");
constexpr Shape kOptionalKilobytes{
    .kind = kKilobytes.kind,
    .what = kKilobytes.what,
    .item = &kKilobytes,
    .engage = shape_of<std::optional<std::uint64_t>>->engage,
    .nullable = true};
constexpr Shape kBytes = number_shape<std::uint64_t, std::uint64_t{1} << 54>("an amount in bytes");
constexpr Shape kShort = number_shape<unsigned, 0xffff>("a number up to 65535");
constexpr Shape kSpeed = number_shape<unsigned, 10'000'000>("a speed");

}  // namespace

#define VFIRST_SHAPE(Type, name, ...)                                \
  template <>                                                        \
  struct ShapeOf<Type> {                                             \
    static constexpr Field fields[] = {__VA_ARGS__};                 \
    static constexpr Shape value = object_shape<Type>(name, fields); \
  };

template <>
struct ShapeOf<Cpu::Kind> {
  static constexpr Shape value = word_shape<Cpu::Kind>("a kind of CPU");
};
template <>
struct ShapeOf<MacOrigin> {
  static constexpr Shape value = word_shape<MacOrigin>("where an address comes from");
};
template <>
struct ShapeOf<UnknownCarrier::Reach> {
  static constexpr Shape value = word_shape<UnknownCarrier::Reach>("a kind of device");
};
template <>
struct ShapeOf<ModuleState> {
  static constexpr Shape value = word_shape<ModuleState>("a module's state");
};
template <>
struct ShapeOf<Loader> {
  static constexpr Shape value = word_shape<Loader>("a boot loader");
};
template <>
struct ShapeOf<Neighbour::Tool> {
  static constexpr Shape value = word_shape<Neighbour::Tool>("a tool that vfirst knows");
};
template <>
struct ShapeOf<DeviceMatch::Kind> {
  static constexpr Shape value = word_shape<DeviceMatch::Kind>("a kind of condition");
};

VFIRST_SHAPE(
    Cpu, "a CPU", needed<&Cpu::id>("id", &kCpuNumber), field<&Cpu::package>("package", &kPlace),
    field<&Cpu::die>("die", &kPlace), field<&Cpu::core>("core", &kPlace),
    field<&Cpu::node>("node", &kPlace), field<&Cpu::siblings>("siblings"), field<&Cpu::l3>("l3"),
    field<&Cpu::kind>("kind"))
VFIRST_SHAPE(
    IdleState, "an idle state", needed<&IdleState::name>("name"),
    field<&IdleState::latency_us>("latency_us"))
VFIRST_SHAPE(
    CpuFacts, "the CPUs", field<&CpuFacts::architecture>("architecture"),
    field<&CpuFacts::vendor>("vendor"), field<&CpuFacts::model>("model"),
    field<&CpuFacts::possible>("possible"), field<&CpuFacts::present>("present"),
    needed<&CpuFacts::online>("online"), field<&CpuFacts::isolated>("isolated"),
    field<&CpuFacts::nohz_full>("nohz_full"), field<&CpuFacts::gigabyte_pages>("gigabyte_pages"),
    field<&CpuFacts::smt_active>("smt_active"), field<&CpuFacts::smt_bugs>("smt_bugs"),
    field<&CpuFacts::idle_states>("idle_states"), field<&CpuFacts::idle_driver>("idle_driver"),
    field<&CpuFacts::clocksource>("clocksource"),
    field<&CpuFacts::frequency_driver>("frequency_driver"), field<&CpuFacts::sev_snp>("sev_snp"),
    field<&CpuFacts::snp_declined>("snp_declined"), field<&CpuFacts::soc>("soc"),
    field<&CpuFacts::topology_source>("topology_source"), needed<&CpuFacts::cpus>("cpus"))

VFIRST_SHAPE(
    HugepagePool, "a pool of hugepages", needed<&HugepagePool::size_kb>("size_kb", &kKilobytes),
    field<&HugepagePool::pages>("pages", &kKilobytes),
    field<&HugepagePool::free>("free", &kKilobytes))
VFIRST_SHAPE(
    MemoryRange, "a piece of memory", needed<&MemoryRange::start_kb>("start_kb", &kKilobytes),
    needed<&MemoryRange::end_kb>("end_kb", &kKilobytes))
VFIRST_SHAPE(
    NumaNode, "a node", needed<&NumaNode::id>("id", &kNode), field<&NumaNode::cpus>("cpus"),
    field<&NumaNode::total_kb>("total_kb", &kKilobytes),
    field<&NumaNode::free_kb>("free_kb", &kKilobytes),
    field<&NumaNode::memory_known>("memory_known"), field<&NumaNode::distances>("distances"),
    field<&NumaNode::gigabyte_frames>("gigabyte_frames"), field<&NumaNode::pools>("hugepages"),
    field<&NumaNode::ranges>("ranges"), field<&NumaNode::at_boot>("at_boot"),
    field<&NumaNode::slow>("slow"), field<&NumaNode::late_kb>("late_kb", &kKilobytes))
VFIRST_SHAPE(
    MemoryFacts, "the memory", field<&MemoryFacts::total_kb>("total_kb", &kKilobytes),
    field<&MemoryFacts::page_kb>("page_kb"),
    field<&MemoryFacts::default_hugepage_kb>("default_hugepage_kb", &kKilobytes),
    field<&MemoryFacts::hugepage_sizes_kb>("hugepage_sizes_kb"),
    field<&MemoryFacts::crashkernel_bytes>("crashkernel_bytes", &kBytes),
    field<&MemoryFacts::crash_ranges>("crash_ranges"),
    field<&MemoryFacts::zfs_arc_kb>("zfs_arc_kb", &kOptionalKilobytes))

VFIRST_SHAPE(
    Sriov, "an SR-IOV capability", needed<&Sriov::total_vfs>("total_vfs", &kShort),
    field<&Sriov::num_vfs>("num_vfs", &kShort), field<&Sriov::offset>("offset", &kShort),
    field<&Sriov::stride>("stride", &kShort), field<&Sriov::vf_device>("vf_device", kId),
    field<&Sriov::vf_bar_bytes>("vf_bar_bytes"), field<&Sriov::bars_assigned>("bars_assigned"),
    field<&Sriov::autoprobe>("autoprobe"), field<&Sriov::vfs>("vfs"),
    field<&Sriov::last_bus>("last_bus"))
VFIRST_SHAPE(
    FlexibleResources, "what an NVMe controller hands out",
    field<&FlexibleResources::total>("total", &kShort),
    field<&FlexibleResources::primary>("primary", &kShort),
    field<&FlexibleResources::most>("most", &kShort),
    field<&FlexibleResources::step>("step", &kShort))
VFIRST_SHAPE(
    NvmePrimary, "an NVMe controller", field<&NvmePrimary::id>("id", &kShort),
    field<&NvmePrimary::manages>("manages"), field<&NvmePrimary::queues>("queues"),
    field<&NvmePrimary::interrupts>("interrupts"))
VFIRST_SHAPE(
    NetPort, "a port", needed<&NetPort::name>("name"), field<&NetPort::mac>("mac"),
    field<&NetPort::permanent_mac>("permanent_mac"), field<&NetPort::mac_origin>("mac_origin"),
    field<&NetPort::phys_port_name>("phys_port_name"), field<&NetPort::dev_port>("dev_port"),
    field<&NetPort::speed_mbps>("speed_mbps"), field<&NetPort::up>("up"))
template <>
struct ShapeOf<PcieLink> {
  static constexpr Field fields[] = {
      needed<&PcieLink::speed_mts>("mts", &kSpeed), needed<&PcieLink::width>("width", &kShort)};
  static constexpr Shape value{
      .kind = Shape::Kind::object, .what = "a link", .fields = fields, .nullable = true};
};

namespace {

constexpr Shape kSubsystem{
    .kind = Shape::Kind::text,
    .what = "a subsystem's vendor and device",
    .text = [](void* to, std::string_view text) {
      const auto halves = split(text, ':');
      if (halves.size() != 2) return false;
      const auto vendor = parse_number(halves[0], 16), device = parse_number(halves[1], 16);
      if (!vendor || !device || *vendor > 0xffff || *device > 0xffff) return false;
      auto& function = *static_cast<PciFunction*>(to);
      function.subsystem_vendor = static_cast<std::uint16_t>(*vendor);
      function.subsystem_device = static_cast<std::uint16_t>(*device);
      return true;
    }};

// null: the configuration is not known. {}: it is known, and sets none of the options that matter.
constexpr Shape kConfig{
    .kind = Shape::Kind::map,
    .what = "an object",
    .item = shape_of<std::string>,
    .add = [](void* to, std::string_view key) -> void* {
      const auto [at, fresh] = static_cast<Kernel*>(to)->config.try_emplace(std::string(key));
      return fresh ? &at->second : nullptr;
    },
    .nullable = true,
    .begun = [](void* to) { static_cast<Kernel*>(to)->config_known = true; }};

}  // namespace

VFIRST_SHAPE(
    PciFunction, "a PCI function", needed<&PciFunction::address>("address"),
    needed<&PciFunction::class_code>("class", &kHex<std::uint32_t, 0xffffff>),
    needed<&PciFunction::vendor>("vendor", kId), needed<&PciFunction::device>("device", kId),
    Field{"subsystem", &kSubsystem, itself}, field<&PciFunction::name>("name"),
    field<&PciFunction::driver>("driver"), field<&PciFunction::modalias>("modalias"),
    field<&PciFunction::node>("node", &kPlace), field<&PciFunction::iommu_group>("iommu_group"),
    field<&PciFunction::link>("link"), field<&PciFunction::link_capable>("link_capable"),
    field<&PciFunction::ari>("ari"), field<&PciFunction::acs>("acs"),
    field<&PciFunction::msix_vectors>("msix_vectors", &kShort),
    field<&PciFunction::msi_irqs>("msi_irqs"), field<&PciFunction::sriov>("sriov"),
    field<&PciFunction::nvme>("nvme"), field<&PciFunction::sriov_known>("sriov_known"),
    field<&PciFunction::physfn>("physfn"), field<&PciFunction::bridges>("bridges"),
    field<&PciFunction::slot>("slot"), field<&PciFunction::ports>("ports"),
    field<&PciFunction::node_guid>("node_guid"))
VFIRST_SHAPE(
    IommuGroup, "an IOMMU group", needed<&IommuGroup::id>("id"), field<&IommuGroup::type>("type"),
    field<&IommuGroup::members>("members"))
VFIRST_SHAPE(
    IommuFacts, "the IOMMU", field<&IommuFacts::tables_known>("tables_known"),
    field<&IommuFacts::dmar>("dmar"), field<&IommuFacts::ivrs>("ivrs"),
    field<&IommuFacts::iort>("iort"), field<&IommuFacts::units>("units"),
    field<&IommuFacts::groups>("groups"))
VFIRST_SHAPE(
    Kernel, "a kernel", needed<&Kernel::release>("release"), field<&Kernel::running>("running"),
    Field{"config", &kConfig, itself}, field<&Kernel::modules>("modules"),
    field<&Kernel::vfio_modules>("vfio_modules"), field<&Kernel::parameters>("parameters"),
    field<&Kernel::modules_known>("modules_known"))
VFIRST_SHAPE(
    Dmi, "what DMI says", field<&Dmi::vendor>("vendor"), field<&Dmi::product>("product"),
    field<&Dmi::serial>("serial"), field<&Dmi::board>("board"), field<&Dmi::processor>("processor"))
VFIRST_SHAPE(
    CriticalDevice, "a device that the host depends on",
    needed<&CriticalDevice::address>("address"), needed<&CriticalDevice::role>("role"),
    field<&CriticalDevice::perhaps>("perhaps"))
VFIRST_SHAPE(
    UnknownCarrier, "something that the host depends on", field<&UnknownCarrier::reach>("reach"),
    needed<&UnknownCarrier::role>("role"), field<&UnknownCarrier::what>("what"))
VFIRST_SHAPE(
    LoaderSign, "what speaks for a boot loader", needed<&LoaderSign::loader>("loader"),
    needed<&LoaderSign::source>("source"))
VFIRST_SHAPE(
    NextLine, "the next boot's command line", field<&NextLine::title>("title"),
    field<&NextLine::source>("source"), field<&NextLine::before>("before"),
    field<&NextLine::behind>("behind"), field<&NextLine::doubt>("doubt"))
VFIRST_SHAPE(
    BootFacts, "what boots", field<&BootFacts::loader>("loader"),
    field<&BootFacts::evidence>("evidence"), field<&BootFacts::copies_for>("copies_for"),
    field<&BootFacts::signs>("signs"), field<&BootFacts::doubt>("doubt"),
    field<&BootFacts::uefi>("uefi"), field<&BootFacts::secure_boot>("secure_boot"),
    field<&BootFacts::filesystem>("filesystem"), field<&BootFacts::device>("device"),
    field<&BootFacts::data_journal>("data_journal"), field<&BootFacts::esp>("esp"),
    field<&BootFacts::entry_folders>("entry_folders"), field<&BootFacts::cmdline>("cmdline"),
    field<&BootFacts::next>("next"), field<&BootFacts::own_arguments>("own_arguments"),
    field<&BootFacts::sources>("sources"))
VFIRST_SHAPE(
    DeviceMatch, "a condition", needed<&DeviceMatch::kind>("kind"),
    field<&DeviceMatch::patterns>("patterns"), field<&DeviceMatch::negated>("negated"))
VFIRST_SHAPE(
    Neighbour, "a neighbour", needed<&Neighbour::tool>("tool"), field<&Neighbour::file>("file"),
    field<&Neighbour::line>("line"), field<&Neighbour::key>("key"),
    field<&Neighbour::value>("value"), field<&Neighbour::rank>("rank"),
    field<&Neighbour::match>("match"))
VFIRST_SHAPE(
    DefinedGuest, "a guest", needed<&DefinedGuest::name>("name"),
    field<&DefinedGuest::file>("file"), field<&DefinedGuest::memory_kb>("memory_kb", &kKilobytes),
    field<&DefinedGuest::page_kb>("page_kb", &kOptionalKilobytes),
    field<&DefinedGuest::autostart>("autostart"))

namespace {

constexpr Shape kSchema{
    .kind = Shape::Kind::text,
    .what = "a schema that this vfirst reads (vfirst.facts/1)",
    .text = [](void*, std::string_view text) { return text == "vfirst.facts/1"; }};

constexpr Field kFields[] = {
    {"schema", &kSchema, itself, true},  field<&Facts::hostname>("hostname"),
    field<&Facts::dmi>("dmi"),           needed<&Facts::cpu>("cpu"),
    needed<&Facts::memory>("memory"),    needed<&Facts::numa>("numa"),
    needed<&Facts::pci>("pci"),          field<&Facts::iommu>("iommu"),
    field<&Facts::kernels>("kernels"),   field<&Facts::boot>("boot"),
    field<&Facts::critical>("critical"), field<&Facts::neighbours>("neighbours"),
    field<&Facts::guests>("guests"),     field<&Facts::unknown_carriers>("unknown_carriers"),
    field<&Facts::gaps>("gaps"),         field<&Facts::ice_packages>("ice_packages"),
};
constexpr Shape kFacts = object_shape<Facts>("a facts document", kFields);

}  // namespace

Result<Facts> read_facts_document(std::string_view name, std::string_view text) {
  Facts facts;
  VFIRST_CHECK(read_json(name, text, kFacts, &facts));
  VFIRST_CHECK(check_facts(name, facts));
  for (auto& kernel : facts.kernels)
    kernel.version = KernelVersion::of(kernel.release);
  return facts;
}

}  // namespace vfirst
