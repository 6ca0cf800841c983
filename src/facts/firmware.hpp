// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The DDP package of Intel's E800 cards, which their driver ice loads when it starts. Without one
// it runs in Safe Mode and makes no VFs (drivers/net/ethernet/intel/ice/ice_main.c,
// ice_request_fw()).

#include "host/root.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Below a firmware folder.
inline constexpr std::string_view kIcePackageFolder = "intel/ice/ddp";
// ice.pkg, or that of one card by its serial number, ice-b49691ffffa00010.pkg; as it is or packed
// (drivers/base/firmware_loader/main.c, _request_firmware()).
bool is_ice_package(std::string_view file);

// Their paths in the folders in which a kernel looks for firmware (firmware_loader/main.c,
// fw_path[]), for any of these releases. Nothing where the tree shows no firmware folder.
std::optional<std::vector<std::string>> ice_packages(
    const Root& root, std::span<const std::string> releases);

}  // namespace vfirst
