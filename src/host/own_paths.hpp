// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where vfirst keeps what it writes, below a root. What a file holds is said in the header of the
// code that writes it.

#include <array>
#include <string_view>

namespace vfirst {

// Kernel arguments for GRUB: the two slots, the environment block that selects one, the journal of
// files that were changed with what stood there before, and the state of an entry loader.
inline constexpr std::string_view kSlotFolder = "boot/vfirst";
inline constexpr std::array<std::string_view, 2> kSlotFiles{
    "boot/vfirst/a.cfg", "boot/vfirst/b.cfg"};
inline constexpr std::string_view kEnvironment = "boot/vfirst/env";
inline constexpr std::string_view kJournal = "boot/vfirst/journal";
inline constexpr std::string_view kBefore = "boot/vfirst/before";
inline constexpr std::string_view kBlsState = "boot/vfirst/bls";
// The entry of a trial where GRUB reads entries of the Boot Loader Specification.
inline constexpr std::string_view kGrubTrial = "boot/vfirst/trial.cfg";
// Optional: the hardware that this installation belongs to, one line.
inline constexpr auto kFingerprintFile = "boot/vfirst/fingerprint";
// Where GRUB cannot write /boot, the environment block lies on the EFI system partition. These are
// the places where distributions mount that.
inline constexpr std::array<std::string_view, 3> kEspFolders{"boot/efi", "efi", "boot"};
inline constexpr std::string_view kEspEnvironmentFolder = "EFI/vfirst";

// The history of this installation.
inline constexpr std::string_view kStateFolder = "var/lib/vfirst";
inline constexpr std::string_view kJournalCopy = "var/lib/vfirst/journal";
// What was given to rpm-ostree. Not in boot: ostree hosts mount that read-only.
inline constexpr std::string_view kOstreeRecord = "var/lib/vfirst/ostree";
inline constexpr auto kHistory = "var/lib/vfirst/history";
// vfirst-provision.service looks for it.
inline constexpr auto kProvisionedStamp = "var/lib/vfirst/provisioned";
// One line: the plan that was rebooted for.
inline constexpr auto kProvisionReboots = "var/lib/vfirst/provision-reboots";
// One line: the plan for which a kexec was begun.
inline constexpr auto kKexecStamp = "var/lib/vfirst/kexec";

// Left by seal in an image: hosts made from it may provision themselves at their first boot.
inline constexpr auto kSealedMark = "usr/lib/vfirst/sealed";

// Of this boot. It survives switch-root.
inline constexpr auto kResultFile = "run/vfirst/result.json";
// The initramfs's own result, kept where it was not whole: the real root writes result.json anew
// when it does the rest, and what the initramfs lacked is still worth mending.
inline constexpr auto kInitrdFile = "run/vfirst/initrd.json";
// The PFs that vfirst has set up in this boot, an address a line. A default route that shows up on
// one of them later does not turn it into a device to keep away from (facts/critical.cpp).
inline constexpr auto kOwnPfsFile = "run/vfirst/pfs";
// Lines of key=value, for verify.
inline constexpr auto kReadyFile = "run/vfirst/ready";
// The interrupts that the plan places, for irqbalance's policy script.
inline constexpr auto kIrqsFile = "run/vfirst/irqs";
// There was a verdict on the trial, whatever it was: vfirst-trial.service looks for it.
inline constexpr auto kVerdictFile = "run/vfirst/confirm";

// Only in a capture: what the kernel and libblkid answered where no file shows it. The routes of
// every table, the permanent addresses of network interfaces, what lies on block devices, and what
// NVMe controllers can hand out.
inline constexpr auto kCapturedRoutes = "run/vfirst/capture/routes";
inline constexpr auto kCapturedAddresses = "run/vfirst/capture/permanent-addresses";
inline constexpr auto kCapturedFilesystems = "run/vfirst/capture/filesystems";
inline constexpr auto kCapturedNvme = "run/vfirst/capture/nvme-controllers";

// Policy: of the image, of the host, and what this boot brought.
inline constexpr auto kImagePolicy = "usr/lib/vfirst/policy.d";
inline constexpr auto kHostPolicy = "etc/vfirst/policy.d";
inline constexpr auto kBroughtFolder = "run/vfirst/policy.d";
// Only in an initramfs: the image's own files of kHostPolicy under their names, each behind one
// line of comment (dracut hardlinks equal files, and what the boot loader adds would then be
// written through to both). Without it nobody can tell the image's files from the boot loader's.
inline constexpr auto kImagePolicyFolder = "usr/lib/vfirst/image-policy.d";
// A source that was brought already, a line each: it is not asked again.
inline constexpr auto kSourcesFile = "run/vfirst/sources";

}  // namespace vfirst
