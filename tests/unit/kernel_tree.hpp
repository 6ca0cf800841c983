// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Kernels with modules: the smallest ELF objects that depmod takes, indexed by the real depmod.

#include "unit/tree.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <cstring>
#include <vector>

namespace vfirst::test {

// A relocatable object with a .modinfo section: "alias=pci:v00008086...", one string after another.
inline std::string module_object(const std::vector<std::string>& modinfo) {
  std::string info;
  for (const auto& line : modinfo)
    info += line + '\0';
  const std::string names("\0.modinfo\0.shstrtab\0.symtab\0.strtab\0", 36);
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = 5;
  header.e_shstrndx = 2;
  const Elf64_Sym none{};
  const std::size_t info_at = sizeof header, names_at = info_at + info.size(),
                    symbols_at = names_at + names.size();
  const std::size_t strings_at = symbols_at + sizeof none, sections_at = strings_at + 1;
  header.e_shoff = sections_at;
  Elf64_Shdr sections[5]{};
  const auto section = [&](int at, unsigned name, unsigned type, std::size_t offset,
                           std::size_t size) {
    sections[at].sh_name = name;
    sections[at].sh_type = type;
    sections[at].sh_offset = offset;
    sections[at].sh_size = size;
    sections[at].sh_addralign = 1;
  };
  section(1, 1, SHT_PROGBITS, info_at, info.size());
  section(2, 10, SHT_STRTAB, names_at, names.size());
  section(3, 20, SHT_SYMTAB, symbols_at, sizeof none);
  sections[3].sh_entsize = sizeof none;
  sections[3].sh_link = 4;
  section(4, 28, SHT_STRTAB, strings_at, 1);
  const auto raw = [](const auto& value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  };
  return raw(header) + info + names + raw(none) + '\0' + raw(sections);
}

// True where depmod ran; without it (package kmod) a test has nothing to stand on.
inline bool run_depmod(const TempTree& tree, const std::string& release) {
  const auto command = fmt::format(
      "depmod -b '{}' {} 2>/dev/null || /sbin/depmod -b '{}' {} 2>/dev/null", tree.path().string(),
      release, tree.path().string(), release);
  return std::system(command.c_str()) == 0 &&
         !tree.content(fmt::format("lib/modules/{}/modules.dep.bin", release)).empty();
}

}  // namespace vfirst::test
