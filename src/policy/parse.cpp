// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/parse.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "policy/check.hpp"
#include "policy/ini.hpp"
#include "policy/sections.hpp"
#include "policy/table.hpp"

#include <algorithm>
#include <set>

namespace vfirst {

namespace {

// Reads one text into the policy of the texts before it. If the text is for other machines, it is
// read into a policy that is thrown away, so that its faults are found.
class File {
 public:
  explicit File(const Source& source) : source_(source) {}

  Result<Policy> into(Policy policy, const MatchFacts& machine) {
    const auto sections = VFIRST_TRY(read_ini(source_.name, source_.text));
    const auto why_not = VFIRST_TRY(match(sections, machine));
    Policy scratch;
    auto& target = why_not ? scratch : policy;
    for (const auto& section : sections)
      VFIRST_CHECK(read(section, target));
    VFIRST_CHECK(check_file(target, source_.name));
    if (why_not)
      policy.skipped.push_back(*why_not);
    else
      policy.files.push_back(source_.name);
    for (const auto& pf : scratch.pfs)
      elsewhere_.push_back(pf.name);
    return policy;
  }
  // The PFs of a text for other machines. A [vf] section of one of them is no mistake.
  const std::vector<std::string>& elsewhere() const { return elsewhere_; }

 private:
  template <class... Args>
  std::unexpected<Error> fail(
      unsigned line, fmt::format_string<Args...> text, Args&&... args) const {
    return refuse("{}:{}: {}", source_.name, line, fmt::format(text, std::forward<Args>(args)...));
  }
  Origin origin(unsigned line) const { return {source_.name, line}; }

  Result<std::optional<SkippedFile>> match(
      const std::vector<IniSection>& sections, const MatchFacts& machine) const {
    std::optional<SkippedFile> why_not;
    for (const auto& section : sections) {
      if (words(section.name) != std::vector<std::string_view>{"match"}) continue;
      for (const auto& entry : section.entries) {
        const auto* row = find(match_rows(), entry.key);
        if (!row) return unknown_key(entry, section, "match");
        VFIRST_CHECK(value_of(entry, section, "match", false));
        if (auto reason = mismatch(row->key, entry.value, machine); reason && !why_not)
          why_not = SkippedFile{origin(entry.line), "[match] " + *reason};
      }
    }
    return why_not;
  }

  Status read(const IniSection& section, Policy& policy) {
    const auto name = words(section.name);
    const auto kind = name.empty() ? std::string_view() : name[0];
    const auto plain = [&](std::string_view word) { return kind == word && name.size() == 1; };
    for (const auto& entry : section.entries)
      VFIRST_CHECK(once(entry, section));
    // match() has read it.
    if (plain("match")) return {};
    if (plain("cpu")) return rows(section, "cpu", cpu_rows(), policy.cpu);
    if (plain("hugepages")) return hugepages(section, policy.hugepages);
    if (plain("iommu")) return rows(section, "iommu", iommu_rows(), policy.iommu);
    if (plain("power")) return rows(section, "power", power_rows(), policy.power);
    if (plain("kernel")) return rows(section, "kernel", kernel_rows(), policy.kernel);
    if (plain("boot")) return rows(section, "boot", boot_rows(), policy.boot);
    if (kind == "module") return module(section, name, policy);
    if (kind == "pf") return pf(section, name, policy);
    if (kind == "vf") return vf(section, name, policy);
    static const std::vector<std::string_view> kKnown{
        "match", "cpu", "hugepages", "iommu", "power", "kernel", "module", "pf", "vf", "boot"};
    if (std::find(kKnown.begin(), kKnown.end(), kind) != kKnown.end())
      return fail(section.line, "[{}] takes no name: '{}'", kind, section.name);
    if (const auto close = nearest(lowered(kind), kKnown))
      return fail(section.line, "unknown section [{}]; did you mean [{}]?", section.name, *close);
    return fail(section.line, "unknown section [{}]", section.name);
  }

  // A section may have several headers in a file, but a key of it only one place.
  Status once(const IniEntry& entry, const IniSection& section) {
    std::string label;
    for (auto word : words(section.name))
      append_to_list(label, word, " ");
    const auto [at, fresh] = seen_.emplace(std::pair(label, entry.key), entry.line);
    if (!fresh)
      return fail(
          entry.line, "'{}' in [{}] is already set in line {}", entry.key, label, at->second);
    return {};
  }

  Status hugepages(const IniSection& section, HugepagePolicy& pages) {
    for (const auto& entry : section.entries) {
      if (const auto node = node_key(entry.key)) {
        const auto text = VFIRST_TRY(value_of(entry, section, "hugepages", false));
        auto count = value::pages(text);
        if (!count) return bad_value(entry, text, count.error());
        pages.nodes[*node] = {*count, origin(entry.line)};
      } else {
        VFIRST_CHECK(row(entry, section, "hugepages", hugepage_rows(), pages));
      }
    }
    return {};
  }

  Status module(
      const IniSection& section, const std::vector<std::string_view>& name, Policy& policy) {
    if (name.size() != 2)
      return fail(section.line, "[{}]: a module's section is [module NAME]", section.name);
    VFIRST_CHECK(pf_name(section, name[1]));
    auto& module = module_section(policy, name[1], origin(section.line));
    for (const auto& entry : section.entries) {
      const auto text = VFIRST_TRY(value_of(entry, section, "module NAME", false));
      if (auto status = set_parameter(module, entry.key, text, origin(entry.line)); !status)
        return bad_value(entry, text, status.error());
    }
    return {};
  }

  Status pf(const IniSection& section, const std::vector<std::string_view>& name, Policy& policy) {
    if (name.size() != 2)
      return fail(section.line, "[{}]: a PF section is [pf NAME]", section.name);
    VFIRST_CHECK(pf_name(section, name[1]));
    auto at = std::find_if(policy.pfs.begin(), policy.pfs.end(), [&](const PfPolicy& pf) {
      return pf.name == name[1];
    });
    if (at == policy.pfs.end()) {
      at = policy.pfs.emplace(at);
      at->name = name[1];
      at->from = origin(section.line);
    }
    for (const auto& entry : section.entries) {
      auto stem = entry;
      if (stem.key.starts_with("vf-")) stem.key.erase(0, 3);
      if (stem.key.size() < entry.key.size() && find(vf_rows(), stem.key)) {
        VFIRST_CHECK(set(entry, section, "pf NAME", *find(vf_rows(), stem.key), at->vf));
      } else {
        VFIRST_CHECK(row(entry, section, "pf NAME", pf_rows(), *at));
      }
    }
    return {};
  }

  Status vf(const IniSection& section, const std::vector<std::string_view>& name, Policy& policy) {
    if (name.size() != 3)
      return fail(section.line, "[{}]: a VF section is [vf NAME FIRST-LAST]", section.name);
    VFIRST_CHECK(pf_name(section, name[1]));
    const auto span = vf_range(name[2]);
    if (!span) return fail(section.line, "[{}]: {}", section.name, span.error().what);
    VfRange range{std::string(name[1]), span->first, span->second, origin(section.line), {}};
    auto at = std::find_if(policy.vf_ranges.begin(), policy.vf_ranges.end(), [&](const VfRange& r) {
      return r.pf == range.pf && r.first == range.first && r.last == range.last;
    });
    if (at == policy.vf_ranges.end()) at = policy.vf_ranges.insert(at, std::move(range));
    return rows(section, "vf NAME RANGE", vf_rows(), at->vf);
  }

  Status pf_name(const IniSection& section, std::string_view name) const {
    if (is_section_name(name)) return {};
    return fail(
        section.line, "[{}]: '{}' is not a name: letters, digits, '_', '.' and '-'", section.name,
        name);
  }

  template <class Row>
  static const Row* find(std::span<const Row> rows, std::string_view key) {
    for (const auto& row : rows)
      if (row.info.key == key) return &row;
    return nullptr;
  }

  template <class Section>
  Status rows(
      const IniSection& section, std::string_view kind, std::span<const KeyRow<Section>> table,
      Section& out) {
    for (const auto& entry : section.entries)
      VFIRST_CHECK(row(entry, section, kind, table, out));
    return {};
  }

  template <class Section>
  Status row(
      const IniEntry& entry, const IniSection& section, std::string_view kind,
      std::span<const KeyRow<Section>> table, Section& out) {
    const auto* found = find(table, entry.key);
    if (!found) return unknown_key(entry, section, kind);
    return set(entry, section, kind, *found, out);
  }

  template <class Section>
  Status set(
      const IniEntry& entry, const IniSection& section, std::string_view kind,
      const KeyRow<Section>& row, Section& out) {
    const auto text = VFIRST_TRY(value_of(entry, section, kind, row.lines));
    if (auto status = row.read(out, text, origin(entry.line)); !status)
      return bad_value(entry, text, status.error());
    return {};
  }

  // The value, with its further lines where the key allows them.
  Result<std::string> value_of(
      const IniEntry& entry, const IniSection& section, std::string_view kind, bool lines) const {
    const auto odd = [](std::string_view text) {
      return std::count(text.begin(), text.end(), '"') % 2 != 0;
    };
    if (lines && odd(entry.value))
      return fail(entry.line, "{}: a double quote is not closed in its line", entry.key);
    auto text = entry.value;
    for (const auto& piece : entry.more) {
      const auto key = trimmed(std::string_view(piece.text).substr(0, piece.text.find('=')));
      if (!lines || (piece.text.find('=') != std::string::npos && is_key(kind, key)))
        return fail(
            piece.line,
            "the line begins with a blank and would continue '{}'; begin it in the first column",
            entry.key);
      if (odd(piece.text))
        return fail(piece.line, "{}: a double quote is not closed in its line", entry.key);
      text += ' ' + piece.text;
    }
    if (text.empty() && !(kind == "kernel" && entry.key == "extra"))
      return fail(entry.line, "'{}' in [{}] has no value", entry.key, section.name);
    if (text.starts_with(';'))
      return fail(entry.line, "{}: a value cannot begin with ';'", entry.key);
    return text;
  }

  std::unexpected<Error> bad_value(
      const IniEntry& entry, std::string_view text, const Error& error) const {
    const auto hint =
        text.find(" #") != std::string_view::npos ? " (a comment begins with ';')" : "";
    return fail(entry.line, "{}: {}{}", entry.key, error.what, hint);
  }

  static bool is_key(std::string_view kind, std::string_view key) {
    return std::any_of(policy_keys().begin(), policy_keys().end(), [&](const PolicyKey& k) {
      return k.section == kind && k.key == key;
    });
  }

  std::unexpected<Error> unknown_key(
      const IniEntry& entry, const IniSection& section, std::string_view kind) const {
    std::vector<std::string_view> here;
    for (const auto& key : policy_keys())
      if (key.section == kind) here.push_back(key.key);
    const auto offer = nearest(lowered(entry.key), here);
    const auto start = fmt::format("unknown key '{}' in [{}]", entry.key, section.name);
    for (const auto& key : policy_keys())
      if (key.key == entry.key)
        return fail(entry.line, "{}; it belongs in [{}]", start, key.section);
    return offer ? fail(entry.line, "{}; did you mean '{}'?", start, *offer)
                 : fail(entry.line, "{}", start);
  }

  const Source& source_;
  std::map<std::pair<std::string, std::string>, unsigned> seen_;
  std::vector<std::string> elsewhere_;
};

}  // namespace

Status check_source(const Source& source) {
  if (source.text.size() > kPolicySizeLimit)
    return refuse(
        "{}: {} bytes, the limit is {}", source.name, source.text.size(), kPolicySizeLimit);
  VFIRST_CHECK(File(source).into({}, {}));
  return {};
}

Result<Policy> parse_policy(const std::vector<Source>& sources, const MatchFacts& machine) {
  Policy policy;
  std::vector<std::string> elsewhere;
  for (const auto& source : sources) {
    File file(source);
    policy = VFIRST_TRY(file.into(std::move(policy), machine));
    elsewhere.insert(elsewhere.end(), file.elsewhere().begin(), file.elsewhere().end());
  }
  VFIRST_CHECK(check_policy(policy, elsewhere));
  return policy;
}

}  // namespace vfirst
