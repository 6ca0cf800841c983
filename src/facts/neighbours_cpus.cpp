// SPDX-License-Identifier: GPL-2.0-or-later
// Those that say which CPUs others may use: systemd's configuration and units, cgroups, irqbalance,
// nova, kubelet.
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/neighbour_readers.hpp"
#include "facts/readers.hpp"

#include <algorithm>
#include <set>

namespace vfirst::facts {

namespace {

using Tool = Neighbour::Tool;

constexpr std::string_view kSystemdFolders[] = {
    "etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd"};

void add_claim(
    std::vector<Neighbour>& out, Tool tool, const std::string& file, const ConfigLine& line) {
  out.push_back({tool, file, line.line, std::string(line.key), std::string(line.value), 0, {}});
}

bool manager_line(std::string_view line) {
  return line.contains("CPUAffinity") || line.starts_with('[');
}
bool cpu_unit_line(std::string_view line) {
  return line.contains("CPUAffinity") || line.contains("AllowedCPUs") ||
         line.contains("CPUSetPartition") || line.starts_with('[');
}
bool nova_line(std::string_view line) {
  return line.starts_with('[') || line.contains("cpu_dedicated_set") ||
         line.contains("cpu_shared_set") || line.contains("vcpu_pin_set");
}
bool kubelet_line(std::string_view line) {
  return line.starts_with("reservedSystemCPUs");
}
bool banned_line(std::string_view line) {
  return line.contains("IRQBALANCE_BANNED_CPU");
}

// systemd-system.conf(5): system.conf of the first folder that has one, and the drop-ins of all.
void read_manager_conf(const Root& root, std::vector<Neighbour>& out) {
  std::vector<std::string> files, folders;
  for (const auto folder : kSystemdFolders) {
    const auto main = path_in(folder, "system.conf");
    if (files.empty() && root.exists(main)) files.push_back(main);
    folders.push_back(path_in(folder, "system.conf.d"));
  }
  for (const auto& file : config_files(root, folders, ".conf"))
    files.push_back(file.path);
  for (const auto& file : files)
    if (const auto text = root.read_lines(file, manager_line))
      each_setting(*text, [&](const ConfigLine& line) {
        if (line.section == "Manager" && line.key == "CPUAffinity")
          add_claim(out, Tool::systemd, file, line);
      });
}

bool names_unit(std::string_view name) {
  for (const std::string_view kind : {".slice", ".service", ".scope"})
    if (name.ends_with(kind)) return true;
  return false;
}

void read_unit_file(const Root& root, const std::string& file, std::vector<Neighbour>& out) {
  const auto text = root.read_lines(file, cpu_unit_line);
  if (!text) return;
  each_setting(*text, [&](const ConfigLine& line) {
    if (line.key == "AllowedCPUs" || line.key == "StartupAllowedCPUs" ||
        line.key == "CPUSetPartition" || line.key == "CPUAffinity")
      add_claim(out, Tool::systemd, file, line);
  });
}

// The administrator's units and drop-ins, and what `systemctl set-property` writes. Of the
// distribution's only slices: there are hundreds of other units, and none of them names CPUs.
void read_unit_files(const Root& root, std::vector<Neighbour>& out) {
  struct Folder {
    std::string path;
    bool slices_only;
  };
  std::vector<Folder> folders;
  for (const std::string_view name : {"system.control", "system"})
    for (const auto base : kSystemdFolders) {
      const bool own = base.starts_with("etc") || base.starts_with("run");
      if (own || name == "system") folders.push_back({path_in(base, name), !own});
    }
  // A unit of an earlier folder hides the one of the same name in a later one.
  std::set<std::string, std::less<>> seen;
  for (const auto& folder : folders) {
    const auto names = root.list(folder.path);
    if (!names) continue;
    for (const auto& name : *names) {
      const bool drop_ins = name.ends_with(".d");
      const auto unit = std::string_view(name).substr(0, name.size() - (drop_ins ? 2 : 0));
      if (!names_unit(unit) || (folder.slices_only && !unit.ends_with(".slice"))) continue;
      const auto path = path_in(folder.path, name);
      if (drop_ins) {
        for (const auto& file : config_files(root, {path}, ".conf"))
          if (seen.insert(name + '/' + file.name).second) read_unit_file(root, file.path, out);
      } else if (seen.insert(name).second && !root.link(path)) {
        // A link stands for a unit elsewhere, or for none (/dev/null).
        read_unit_file(root, path, out);
      }
    }
  }
}

// What this boot has, whoever wrote it: version 2 of cgroups, and the tree of version 1.
void read_cgroups(const Root& root, std::vector<Neighbour>& out) {
  for (const auto& top :
       {std::string(kernel_paths::kCgroups), path_in(kernel_paths::kCgroups, "cpuset")}) {
    const auto names = root.list(top);
    if (!names) continue;
    for (const auto& name : *names) {
      if (!names_unit(name) && name != "machine" && name != "libvirt") continue;
      for (const std::string_view key : {"cpuset.cpus", "cpuset.cpus.partition"}) {
        const auto file = fmt::format("{}/{}/{}", top, name, key);
        const auto value = text_of(root, file);
        if (!value.empty() && value != "member")
          out.push_back({Tool::cgroup, file, 0, std::string(key), value, 0, {}});
      }
    }
  }
}

void read_bans(const Root& root, std::vector<Neighbour>& out) {
  for (const auto& file : irqbalance_files(root)) {
    const auto text = root.read_lines(file, banned_line);
    if (!text) continue;
    each_setting(*text, [&](ConfigLine line) {
      // Environment="IRQBALANCE_BANNED_CPULIST=4-7" of a unit.
      if (line.key == "Environment")
        if (const auto equals = line.value.find('='); equals != line.value.npos) {
          line.key = line.value.substr(0, equals);
          line.value = line.value.substr(equals + 1);
        }
      for (auto* part : {&line.key, &line.value}) {
        if (part->starts_with("export ")) *part = trimmed(part->substr(7));
        while (part->starts_with('"') || part->starts_with('\''))
          part->remove_prefix(1);
        while (part->ends_with('"') || part->ends_with('\''))
          part->remove_suffix(1);
      }
      if (line.key.starts_with("IRQBALANCE_BANNED_CPU") && !line.value.empty())
        add_claim(out, Tool::irqbalance, file, line);
    });
  }
}

void read_nova(const Root& root, std::vector<Neighbour>& out) {
  std::vector<std::string> files{
      "etc/nova/nova.conf", "etc/nova/nova-compute.conf", "etc/kolla/nova-compute/nova.conf",
      "var/lib/config-data/puppet-generated/nova_libvirt/etc/nova/nova.conf"};
  for (const auto& file : config_files(root, {"etc/nova/nova.conf.d"}, ".conf"))
    files.push_back(file.path);
  for (const auto& file : files)
    if (const auto text = root.read_lines(file, nova_line))
      each_setting(*text, [&](const ConfigLine& line) {
        if (line.key == "cpu_dedicated_set" || line.key == "cpu_shared_set" ||
            line.key == "vcpu_pin_set")
          add_claim(out, Tool::nova, file, line);
      });
}

void read_kubelet(const Root& root, std::vector<Neighbour>& out) {
  constexpr std::string_view kKey = "reservedSystemCPUs";
  for (const std::string file :
       {"var/lib/kubelet/config.yaml", "etc/kubernetes/kubelet.conf",
        "etc/kubernetes/kubelet-config.yaml"}) {
    const auto text = root.read_lines(file, kubelet_line);
    if (!text) continue;
    unsigned number = 0;
    for (const auto line : split(*text, '\n')) {
      ++number;
      const auto colon = line.find(':');
      if (colon == line.npos) continue;
      auto value = trimmed(line.substr(colon + 1));
      while (value.starts_with('"') || value.starts_with('\''))
        value.remove_prefix(1);
      value = value.substr(0, value.find_first_of("\"'#"));
      if (!trimmed(value).empty())
        out.push_back(
            {Tool::kubelet, file, number, std::string(kKey), std::string(trimmed(value)), 0, {}});
    }
  }
}

}  // namespace

// Called by read_neighbours.
void read_cpu_neighbours(const Root& root, std::vector<Neighbour>& out) {
  read_bans(root, out);
  read_manager_conf(root, out);
  read_unit_files(root, out);
  read_cgroups(root, out);
  read_nova(root, out);
  read_kubelet(root, out);
}

}  // namespace vfirst::facts
