// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/devlink.hpp"

#include "host/netlink.hpp"

#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <array>
#include <cerrno>
#include <optional>

namespace vfirst::devlink {

namespace {

Result<GenericNetlink> open() {
  auto talk = GenericNetlink::open(DEVLINK_GENL_NAME);
  if (!talk)
    return failed(
        talk.error().code == std::errc::no_such_file_or_directory
            ? EOPNOTSUPP
            : static_cast<int>(talk.error().code),
        "devlink: {}", talk.error().what);
  return talk;
}

nlmsghdr* begin(
    const GenericNetlink& talk, std::span<char> buffer, std::uint8_t command,
    const std::string& bus, const std::string& device) {
  auto* message = talk.begin(buffer, command, DEVLINK_GENL_VERSION);
  mnl_attr_put_strz(message, DEVLINK_ATTR_BUS_NAME, bus.c_str());
  mnl_attr_put_strz(message, DEVLINK_ATTR_DEV_NAME, device.c_str());
  return message;
}

// The kernel says ENODEV of a device whose driver registers nothing with devlink.
Error plain(Error error) {
  if (error.code == std::errc::no_such_device) error.code = std::errc::operation_not_supported;
  return error;
}

}  // namespace

Result<std::string> eswitch_mode(const std::string& bus, const std::string& device) {
  auto talk = VFIRST_TRY(open());
  std::array<char, 512> buffer{};
  std::optional<std::uint16_t> mode;
  const auto asked = talk.socket.ask(
      begin(talk, buffer, DEVLINK_CMD_ESWITCH_GET, bus, device), [&](const nlmsghdr* part) {
        for_each_attribute(part, sizeof(genlmsghdr), [&](const nlattr* attribute) {
          if (mnl_attr_get_type(attribute) == DEVLINK_ATTR_ESWITCH_MODE)
            mode = mnl_attr_get_u16(attribute);
        });
      });
  if (!asked) return std::unexpected(plain(asked.error()));
  if (!mode) return failed(EOPNOTSUPP, "{}/{}: its switch does not report a mode", bus, device);
  return *mode == DEVLINK_ESWITCH_MODE_LEGACY      ? "legacy"
         : *mode == DEVLINK_ESWITCH_MODE_SWITCHDEV ? "switchdev"
                                                   : fmt::format("mode {}", *mode);
}

Status set_eswitch_mode(
    const std::string& bus, const std::string& device, const std::string& mode) {
  auto talk = VFIRST_TRY(open());
  std::array<char, 512> buffer{};
  auto* message = begin(talk, buffer, DEVLINK_CMD_ESWITCH_SET, bus, device);
  mnl_attr_put_u16(
      message, DEVLINK_ATTR_ESWITCH_MODE,
      mode == "switchdev" ? DEVLINK_ESWITCH_MODE_SWITCHDEV : DEVLINK_ESWITCH_MODE_LEGACY);
  if (const auto asked = talk.socket.ask(message); !asked)
    return std::unexpected(plain(asked.error()));
  return {};
}

}  // namespace vfirst::devlink
