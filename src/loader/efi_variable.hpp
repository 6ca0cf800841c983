// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The variables in which boot loader and system tell each other things on UEFI.

#include "host/files.hpp"

#include <string>
#include <string_view>

namespace vfirst {

// Of systemd's boot loader interface, which other loaders speak, too.
inline constexpr std::string_view kLoaderGuid = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
// UEFI's own.
inline constexpr std::string_view kGlobalGuid = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

// "sys/firmware/efi/efivars/LoaderInfo-4a67...".
std::string efi_path(std::string_view name, std::string_view guid);

// The ASCII of a UTF-16 variable of the boot loader interface; "" where it is not set.
std::string efi_text(const FileReader& files, std::string_view name);

}  // namespace vfirst
