// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/boot_words.hpp"

#include "base/text.hpp"
#include "facts/boot_nic.hpp"
#include "kargs/command_line.hpp"

#include <algorithm>
#include <set>

namespace vfirst::facts {

namespace {

// Separated by colons; those in brackets are an IPv6 address's own.
std::vector<std::string_view> fields(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '[') ++depth;
    if (i < text.size() && text[i] == ']') --depth;
    if (i < text.size() && (text[i] != ':' || depth > 0)) continue;
    out.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return out;
}

struct WordKind {
  std::string_view head, name;
  bool fetched;
};
// The first words of root= and netroot= that need a network (dracut's modules.d: nfs, cifs, iscsi,
// nbd, fcoe, livenet, url-lib).
constexpr WordKind kKinds[] = {
    {"nfs4:", "NFS", false},
    {"nfs:", "NFS", false},
    {"/dev/nfs", "NFS", false},
    {"dhcp", "NFS", false},
    {"cifs:", "SMB", false},
    {"smb:", "SMB", false},
    {"iscsi:", "iSCSI", false},
    {"nbd:", "NBD", false},
    {"fcoe:", "FCoE", false},
    {"http:", "HTTP", true},
    {"https:", "HTTP", true},
    {"ftp:", "FTP", true},
    {"tftp:", "TFTP", true},
    {"torrent:", "HTTP", true},
    {"ceph:", "Ceph", false},
    {"lustre:", "Lustre", false},
    {"sshfs:", "SSHFS", false},
    {"rbd:", "RBD", false},
    {"nvmf:", "NVMe over Fabrics", false},
};

const WordKind* kind_of(std::string_view value) {
  for (const std::string_view live : {"live:", "livenet:"})
    if (value.starts_with(live)) value.remove_prefix(live.size());
  for (const auto& kind : kKinds)
    if (value.starts_with(kind.head)) return &kind;
  return nullptr;
}

class Reader {
 public:
  void word(std::string_view key, std::string_view value) {
    if (key == "root") {
      words_.root = value;
      source(value);
    } else if (
        key == "netroot" || key == "nfsroot" || key == "fetch" || key == "httpfs" ||
        key == "ftpfs" || key == "coreos.live.rootfs_url") {
      const auto* kind = kind_of(value);
      needs(kind ? kind->name : key == "nfsroot" ? "NFS" : key == "netroot" ? "a network" : "HTTP");
      words_.fetched |= kind ? kind->fetched : key != "nfsroot" && key != "netroot";
      source(value);
    } else if (key == "boot" || key == "netboot") {
      // initramfs-tools, live-boot and casper.
      if (value == "nfs") needs("NFS");
      if (value == "cifs") needs("SMB");
    } else if (key == "rd.iscsi.target.ip" || key == "iscsi_target_ip") {
      needs("iSCSI");
      if (const auto address = parse_endpoint(value)) words_.servers.push_back(*address);
    } else if (key == "rd.iscsi.firmware" || key == "iscsi_firmware" || key == "rd.iscsi.ibft") {
      if (value == "0") return;
      needs("iSCSI");
      words_.ibft = true;
    } else if (key.starts_with("rd.iscsi.target") || key == "iscsi_target_name") {
      needs("iSCSI");
    } else if (key == "rd.nvmf.nonbft" || key == "rd.nonvmf") {
      words_.no_nbft = value != "0";
    } else if (key == "rd.nvmf.discover" || key == "rd.nvmf.discovery") {
      discovery(value);
    } else if (key == "fcoe" || key == "rd.fcoe") {
      if (value == "0") return;
      needs("FCoE");
      // fcoe=<interface or MAC>:{dcb|nodcb}
      if (const auto name = fields(value)[0]; key == "fcoe" && !name.empty()) interface(name);
    } else if (key == "ip") {
      ip(value);
    } else if (key == "bootdev") {
      interface(value);
    } else if (key == "ifname") {
      const auto colon = value.find(':');
      if (colon == value.npos) return;
      if (const auto mac = MacAddress::parse(value.substr(colon + 1)))
        words_.macs.emplace(value.substr(0, colon), *mac);
    } else if (key == "bond" || key == "team" || key == "bridge" || key == "vlan") {
      stack(value);
    }
  }

  BootWords take(std::string_view cmdline) {
    words_.boot_nic = boot_mac(cmdline);
    std::set<std::string> seen;
    std::vector<std::string> out;
    for (const auto& name : named_)
      unstack(name, seen, out);
    words_.interfaces = std::move(out);
    return std::move(words_);
  }

 private:
  void needs(std::string_view what) {
    if (words_.network.empty() || words_.network == "a network") words_.network = what;
  }

  // The addresses in "nfs:10.9.0.1:/srv/root", "iscsi:@10.9.0.1::3260::iqn", "nbd:10.9.0.1:root",
  // "live:http://10.0.0.1/root".
  void source(std::string_view value) {
    const auto* kind = kind_of(value);
    if (kind) {
      needs(kind->name);
      words_.fetched |= kind->fetched;
    } else if (words_.network.empty()) {
      return;
    }
    for (auto field : fields(value)) {
      field = field.substr(std::min(field.size(), field.find_first_not_of('/')));
      if (const auto at = field.rfind('@'); at != field.npos) field.remove_prefix(at + 1);
      field = field.substr(0, field.find('/'));
      if (const auto address = IpAddress::parse(field)) words_.servers.push_back(*address);
    }
  }

  // rd.nvmf.discover=<transport>,<traddr>,<host-traddr>,<trsvcid>; "fc,auto" needs no network.
  void discovery(std::string_view value) {
    const auto parts = split(value, ',');
    if (parts[0] == "fc") return;
    needs("NVMe over Fabrics");
    if (parts.size() > 1)
      if (const auto address = IpAddress::parse(parts[1])) words_.servers.push_back(*address);
  }

  void interface(std::string_view name) {
    if (name == "ibft")
      words_.ibft = true;
    else if (!name.empty())
      named_.emplace_back(name);
  }

  // ip=METHOD, ip=INTERFACE:METHOD[:MTU[:MAC]], ip=CLIENT:PEER:GATEWAY:MASK:HOST:INTERFACE:METHOD.
  void ip(std::string_view value) {
    const auto parts = fields(value);
    if (parts.size() == 1) {
      if (value == "ibft") words_.ibft = true;
      return;
    }
    const bool address =
        parts[0].empty() || parts[0].starts_with('[') || IpAddress::parse(parts[0]);
    if (!address) {
      interface(parts[0]);
      if (parts[0] == "ibft" || parts.size() < 9) return;
      std::string mac(parts[3]);
      for (std::size_t i = 4; i < 9; ++i)
        mac += ':' + std::string(parts[i]);
      if (const auto read = MacAddress::parse(mac)) words_.macs.emplace(parts[0], *read);
    } else if (parts.size() > 5) {
      interface(parts[5]);
      if (parts.size() > 6 && parts[6] == "ibft") words_.ibft = true;
    }
  }

  // bond=NAME:PORT,PORT:options, team=, bridge=NAME:PORT,PORT, vlan=NAME:DEVICE.
  void stack(std::string_view value) {
    const auto parts = fields(value);
    if (parts.size() < 2) return;
    for (const auto port : split(parts[1], ','))
      if (!port.empty()) below_[std::string(parts[0])].emplace_back(port);
  }

  void unstack(
      const std::string& name, std::set<std::string>& seen, std::vector<std::string>& out) const {
    if (!seen.insert(name).second) return;
    const auto below = below_.find(name);
    if (below == below_.end()) {
      out.push_back(name);
      return;
    }
    for (const auto& port : below->second)
      unstack(port, seen, out);
  }

  BootWords words_;
  std::vector<std::string> named_;
  std::map<std::string, std::vector<std::string>> below_;
};

}  // namespace

BootWords BootWords::of(std::string_view cmdline) {
  Reader reader;
  for (const auto& argument : split_arguments(cmdline))
    reader.word(argument.key, argument.value.value_or(""));
  return reader.take(cmdline);
}

}  // namespace vfirst::facts
