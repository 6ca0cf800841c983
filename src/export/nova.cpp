// SPDX-License-Identifier: GPL-2.0-or-later
// For OpenStack's nova-compute: the [pci] section with a device_spec for each VF that goes to a
// guest.
//
// `managed` and `live_migratable` are of nova 2025.1 and later: nova-specs, 2025.1,
// enable-vfio-devices-with-kernel-variant-drivers and
// migrate-vfio-devices-using-kernel-variant-drivers. The VFs are bound already, so libvirt must not
// bind them: "managed": "no". Without "live_migratable" a device counts as one that cannot move.
#include "export/format.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// A condition that the facts do not show is the owner's to know: the policy's vf-migration says
// that it holds.
bool live_migratable(const PlannedVf& vf) {
  if (!vf.migration) return false;
  return vf.migration->verdict == CanMigrate::yes ||
         (vf.migration->verdict == CanMigrate::conditional && vf.migration_wanted);
}

// An address, IDs and two words: nothing in it needs JSON's escapes.
std::string device_spec(const PlannedVf& vf, const PciFunction* pf) {
  const auto ids = pf && pf->sriov && pf->sriov->vf_device
                       ? fmt::format(
                             R"("vendor_id": "{:04x}", "product_id": "{:04x}", )", pf->vendor,
                             pf->sriov->vf_device)
                       : std::string();
  return fmt::format(
      "device_spec = {{{}\"address\": \"{}\", \"managed\": \"no\", \"live_migratable\": \"{}\"}}\n",
      ids, vf.address.str(), live_migratable(vf) ? "yes" : "no");
}

}  // namespace

Result<Exported> export_nova(const Plan& plan, const Facts& facts, const ExportWish&) {
  std::string text = fmt::format(
      "# vfirst: plan {}, for nova-compute on this host\n# A VF that Neutron gives to a port needs "
      "its \"physical_network\" here, too. An alias of a flavor\n# must ask for "
      "\"live_migratable\" "
      "itself.\n[pci]\n",
      plan.hash());
  bool any = false;
  for (const auto& vf : plan.vfs)
    if (vf.driver.is_vfio()) any = true, text += device_spec(vf, facts.function(vf.pf));
  if (!any) return refuse("no VF of this plan has a vfio driver, so there is nothing to export");
  return Exported{{{"section", "pci", {}, text}}, text};
}

}  // namespace vfirst
