// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/action.hpp"

#include "base/sentence.hpp"
#include "policy/vf_keys.hpp"

namespace vfirst {

namespace {

std::string describe_vf(const SetVfAttributes::Vf& vf) {
  std::string out = fmt::format("VF {}", vf.index);
  if (vf.mac) out += " mac " + vf.mac->str();
  if (vf.stable_mac) out += " mac stable";
  if (vf.guid) out += " guid " + vf.guid->str();
  if (vf.stable_guid) out += " guid stable";
  if (const auto text = text_of(vf); !text.empty()) out += ' ' + text;
  return out;
}

bool same_but_index(SetVfAttributes::Vf a, const SetVfAttributes::Vf& b) {
  a.index = b.index;
  return a == b;
}

}  // namespace

std::string CreateVfs::describe() const {
  return fmt::format(
      "create {} on {}{}", plural(count, "VF"), pf.str(),
      allow_recreate ? ", replacing a different number" : "");
}

std::string SetVfAttributes::describe() const {
  auto out = fmt::format("set on {}{}: ", pf.str(), port.phrase());
  for (std::size_t i = 0; i < vfs.size();) {
    auto end = i;
    while (end + 1 < vfs.size() && same_but_index(vfs[end + 1], vfs[i]))
      ++end;
    auto phrase = describe_vf(vfs[i]);
    if (end > i)
      phrase.insert(fmt::format("VF {}", vfs[i].index).size(), fmt::format("-{}", vfs[end].index));
    if (i > 0) out += "; ";
    out += phrase;
    i = end + 1;
  }
  return out;
}

std::string SetEswitch::describe() const {
  return fmt::format("set the eswitch of {} to {} mode", pf.str(), mode);
}

std::string SetCoalescing::describe() const {
  return fmt::format("set coalescing on {}{}: {}", pf.str(), port.phrase(), text_of(wanted));
}

std::string SetSecondaryControllers::describe() const {
  std::string shares;
  for (std::size_t i = 0; i < queues.size();) {
    auto end = i;
    while (end + 1 < queues.size() && queues[end + 1] == queues[i])
      ++end;
    append_to_list(
        shares, fmt::format(
                    "VF {} {}", end > i ? fmt::format("{}-{}", i, end) : std::to_string(i),
                    queues[i] ? plural(queues[i], "queue") : "an even share"));
    i = end + 1;
  }
  return fmt::format(
      "give the VFs of {} queues ({}) and set their controllers online", pf.str(), shares);
}

std::string describe(const Action& action) {
  return sentence(std::visit([](const auto& one) { return one.describe(); }, action));
}

std::string subject_of(const Action& action) {
  return std::visit([](const auto& one) { return one.subject(); }, action);
}

ActionTraits traits_of(const Action& action) {
  return std::visit([](const auto& one) { return one.kTraits; }, action);
}

ActionId id_of(const Action& action) {
  return std::visit(
      [](const auto& one) {
        static_assert(!std::remove_cvref_t<decltype(one)>::kTraits.kind.empty(), "it has no kind");
        ActionId id{std::string(one.kTraits.kind), {}, {}};
        if constexpr (requires { one.pf; })
          id.subject = one.pf.str();
        else if constexpr (requires { one.name; })
          id.subject = one.name;
        if constexpr (requires { one.index; }) id.index = one.index;
        return id;
      },
      action);
}

std::optional<PciAddress> pf_of(const Action& action) {
  return std::visit(
      [](const auto& one) -> std::optional<PciAddress> {
        static_assert(
            requires { one.pf; } == std::remove_cvref_t<decltype(one)>::kTraits.of_pf,
            "of_pf and the member pf contradict each other");
        if constexpr (requires { one.pf; })
          return one.pf;
        else
          return std::nullopt;
      },
      action);
}

}  // namespace vfirst
