// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/target.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "export/name.hpp"
#include "kargs/conflicts.hpp"
#include "kargs/simulate.hpp"
#include "plan/simulated.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::vector<std::string> raw(const std::vector<KernelArg>& args) {
  std::vector<std::string> out;
  out.reserve(args.size());
  for (const auto& arg : args)
    out.push_back(arg.raw);
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  return raw(CommandLine::parse(text).args());
}

CommandLine line_of(const std::vector<std::string>& words) {
  return CommandLine::parse(joined(words, " "));
}

std::string key_of(const std::string& word) {
  return word.substr(0, word.find('='));
}

// The host was booted over the port that carries the default route, unless the wish names another
// one.
std::string boot_mac(const Facts& facts, const ExportWish& wish) {
  auto mac = wish.mac;
  for (const auto& device : facts.critical) {
    const auto* function =
        device.role == kDefaultRoute && !mac ? facts.function(device.address) : nullptr;
    for (const auto* port : function ? function->own_ports() : std::vector<const NetPort*>())
      if (!mac) mac = port->identity();
  }
  if (!mac) return {};
  auto text = mac->str();
  std::ranges::replace(text, ':', '-');
  return text;
}

Result<ExportLine> line_for(
    const ExportTarget& target, const Plan& plan, const Facts& facts, const ExportWish& wish) {
  ExportLine line;
  line.ours = raw(plan.arguments().list());
  line.others = words_of(wish.with);
  for (const auto& earlier : facts.boot.own_arguments)
    for (const auto& word : words_of(earlier))
      if (std::ranges::find(line.ours, word) == line.ours.end() &&
          std::ranges::find(line.gone, word) == line.gone.end())
        line.gone.push_back(word);
  line.node = wish.node.empty() ? facts.hostname : wish.node;
  line.mac = boot_mac(facts, wish);
  line.kernel = wish.kernel;
  line.initrd = wish.initrd;
  line.host_policy = wish.host_policy;
  line.plan = plan.hash();
  line.architecture = facts.cpu.architecture;
  if (!target.whole_line && !line.others.empty())
    return refuse("--with: this format adds arguments to an existing command line");
  if (!target.carries_policy && !line.host_policy.empty())
    return refuse("--host-policy: this format cannot put a file into the initramfs");
  if (target.needs_node && line.node.empty())
    return refuse("the host has no name in these facts; give one with --node NAME");
  if (target.needs_mac && line.mac.empty())
    return refuse(
        "no port carries a default route; name the port that the host boots over with --mac "
        "ADDRESS");
  if (!line.node.empty() && !is_node_name(line.node))
    return refuse(
        "{} '{}' cannot be a node's name: only letters, digits and . _ : - are allowed, and the "
        "first must be a letter or a digit{}",
        wish.node.empty() ? "the host name" : "--node", line.node,
        wish.node.empty() ? "; give another with --node NAME" : "");
  VFIRST_CHECK(check_file_name("--linux", line.kernel));
  VFIRST_CHECK(check_file_name("--initrd", line.initrd));
  VFIRST_CHECK(check_file_name("--host-policy", line.host_policy));
  if (!line.architecture.empty() && !is_node_name(line.architecture))
    return refuse("the architecture '{}' is not the name of one", line.architecture);
  for (const auto* list : {&line.ours, &line.others, &line.gone})
    for (const auto& word : *list)
      if (std::ranges::any_of(word, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }))
        return refuse("{}: an exported argument may only have printable ASCII characters", word);
  return line;
}

// What a kernel does with a line, without the messages that it logs.
struct State {
  explicit State(Simulation s) : all(std::move(s)) {
    all.arguments.clear();
    all.log.clear();
    std::ranges::sort(all.init_words);
    std::ranges::sort(all.init_variables);
  }
  bool operator==(const State&) const = default;
  Simulation all;
};

// What a target that does not keep the order may make of the words: it sorts them by their keys, or
// moves equal keys together to the place of the first. Both keep the order among equal keys.
std::vector<std::vector<std::string>> disorders(const std::vector<std::string>& words) {
  auto sorted = words, grouped = words;
  std::ranges::stable_sort(sorted, {}, key_of);
  for (auto at = grouped.begin(); at != grouped.end(); ++at)
    std::stable_partition(at + 1, grouped.end(), [&, key = key_of(*at)](const std::string& word) {
      return key_of(word) == key;
    });
  return {sorted, grouped};
}

Status same_state(
    const std::vector<std::string>& wanted, const std::vector<std::string>& got,
    const std::vector<KernelArg>& ours, const SimulatedMachine& machine) {
  if (State(simulate(line_of(wanted), machine)) == State(simulate(line_of(got), machine)))
    return {};
  const auto lost = not_effective(line_of(got), ours, machine);
  return refuse(
      "this format would pass '{}' to the kernel{}", fmt::join(got, " "),
      lost.empty() ? "" : fmt::format(": {}: {}", lost.front().arg.raw, lost.front().rule));
}

}  // namespace

std::string ExportLine::all_ours() const {
  return joined(ours, " ");
}

std::string ExportLine::whole() const {
  auto out = joined(others, " ");
  if (!out.empty() && !ours.empty()) out += ' ';
  return out + all_ours();
}

std::string ExportLine::title() const {
  return fmt::format("vfirst: {}{}plan {}", node, node.empty() ? "" : ", ", plan);
}

Result<std::vector<std::string>> order_safe(const std::vector<std::string>& args) {
  std::vector<std::string> out, sizes, counts;
  // The place of the first pair.
  std::size_t at = 0;
  std::string size;
  for (const auto& word : args) {
    const auto arg = line_of({word}).args().at(0);
    if (arg.is("hugepagesz") || arg.is("default_hugepagesz")) {
      size = arg.value.value_or("");
      if (sizes.empty() && counts.empty()) at = out.size();
    } else if (arg.is("hugepages")) {
      // Without an argument a pool is empty anyway.
      if (arg.value == "0") continue;
      counts.push_back(arg.value.value_or(""));
      sizes.push_back(size);
    } else {
      out.push_back(word);
    }
  }
  if (counts.size() > 1)
    return refuse(
        "pages of {} sizes ({}): the kernel assigns the counts by their order, which this format "
        "does not keep",
        counts.size(), fmt::join(sizes, ", "));
  if (!counts.empty())
    out.insert(
        out.begin() + static_cast<std::ptrdiff_t>(at),
        {"default_hugepagesz=" + sizes[0], "hugepages=" + counts[0]});
  return out;
}

Result<Exported> export_arguments(
    const ExportTarget& target, const Plan& plan, const Facts& facts, const ExportWish& wish) {
  auto line = VFIRST_TRY(line_for(target, plan, facts, wish));
  const auto machine = simulated_machine(facts, wish.release);
  const auto ours = plan.arguments();
  const auto others = line_of(line.others);
  for (const auto& conflict : foreign_conflicts(others, ours.list(), machine.kernel))
    return refuse(
        "--with {}: it makes {} ineffective: {}", conflict.foreign.raw, conflict.ours.raw,
        conflict.rule);

  const auto wanted = words_of(line.whole());
  VFIRST_CHECK(boots(line_of(wanted), machine));
  if (target.keeps != Keeps::order) line.ours = VFIRST_TRY(order_safe(line.ours));

  Exported out;
  out.parts.push_back(VFIRST_TRY(target.write(line)));
  out.document = out.parts[0].text;
  const auto written = target.whole_line ? words_of(line.whole()) : line.ours;
  const auto read = VFIRST_TRY(target.read(out.document));
  for (std::size_t i = 0; i < std::max(read.size(), written.size()); ++i)
    if (i >= read.size() || i >= written.size() || read[i] != written[i])
      return refuse(
          "{}: this format cannot carry it; it would arrive as '{}'",
          i < written.size() ? written[i] : "no argument", i < read.size() ? read[i] : "nothing");
  if (target.keeps == Keeps::order) return out;
  const auto spelled = line_of(line.ours).args();
  for (const auto& disorder : disorders(read))
    VFIRST_CHECK(same_state(wanted, disorder, spelled, machine));
  return out;
}

}  // namespace vfirst
