// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the owner of an AMD host has switched SEV-SNP off for KVM.
#include "base/driver_name.hpp"
#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/readers.hpp"
#include "kargs/module_values.hpp"

namespace vfirst::facts {

// "options kvm_amd sev_snp=0". SNP needs SEV-ES, which needs SEV (arch/x86/kvm/svm/sev.c,
// sev_hardware_setup), so any of the three switches it off. The last line of a parameter wins.
void read_snp(const Root& root, CpuFacts& cpu) {
  if (cpu.sev_snp != true) return;
  std::map<std::string, std::string> off;
  const std::vector<std::string> folders(std::begin(kModprobeFolders), std::end(kModprobeFolders));
  for (const auto& file : config_files(root, folders, ".conf")) {
    const auto text = root.read(file.path).value_or("");
    unsigned number = 0;
    for (const auto line : split(text, '\n')) {
      ++number;
      const auto fields = words(line);
      if (fields.size() < 3 || fields[0] != "options" || !same_driver_name(fields[1], "kvm_amd"))
        continue;
      for (const auto field : fields) {
        const auto equals = field.find('=');
        const auto key = std::string(field.substr(0, equals));
        if (key != "sev" && key != "sev_es" && key != "sev_snp") continue;
        const auto on = equals == field.npos || module_truth(field.substr(equals + 1)) != false;
        if (on)
          off.erase(key);
        else
          off[key] = fmt::format("{}:{}", file.path, number);
      }
    }
  }
  if (!off.empty()) cpu.snp_declined = off.begin()->second;
}

}  // namespace vfirst::facts
