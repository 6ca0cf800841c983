// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/node_guid.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"

namespace vfirst {

std::optional<Guid> node_guid(const Root& root, const PciAddress& function) {
  const auto folder = kernel_paths::pci_function(function, "infiniband");
  for (const auto& device : root.list(folder).value_or(std::vector<std::string>{}))
    if (const auto text = root.read(fmt::format("{}/{}/node_guid", folder, device)))
      if (const auto guid = Guid::parse_words(trimmed(*text)); guid && !guid->is_zero())
        return *guid;
  return std::nullopt;
}

}  // namespace vfirst
