// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/efi_variable.hpp"

namespace vfirst {

std::string efi_path(std::string_view name, std::string_view guid) {
  return fmt::format("sys/firmware/efi/efivars/{}-{}", name, guid);
}

std::string efi_text(const FileReader& files, std::string_view name) {
  const auto value = files.read(efi_path(name, kLoaderGuid));
  std::string text;
  // Efivarfs shows four bytes of attributes before the value.
  constexpr std::size_t kAttributes = 4;
  if (value)
    for (std::size_t i = kAttributes; i < value->size(); i += 2)
      if ((*value)[i] > 0) text += (*value)[i];
  return text;
}

}  // namespace vfirst
