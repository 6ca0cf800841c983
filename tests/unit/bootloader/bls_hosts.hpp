// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Hosts that boot entries of the Boot Loader Specification, each with what its distribution and its
// neighbours left there.

#include "bootloader/bls_backend.hpp"
#include "crash/crashing_files.hpp"
#include "loader/environment_block.hpp"
#include "loader/grub_file.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

namespace vfirst::test {

inline const std::string kMachine = "8f2d1c4ab0e9453f9d6c7e5a1b3f2d40";

struct BlsHost {
  std::string name;
  CrashingFiles files;
  // for links and EFI variables, which Files does not read
  TempTree tree;
  Root root;
  BootFacts boot;
  ApplyOptions options;

  BlsHost(std::string title, Loader loader, CrashingFiles::Disk disk)
      : name(std::move(title)), files(std::move(disk)), root(std::move(*Root::open(tree.path()))) {
    boot.loader = loader;
    boot.filesystem = loader == Loader::systemd_boot ? "vfat" : "xfs";
    boot.cmdline = "root=UUID=1f ro quiet";
    options.plan = "p1";
  }
  BlsBackend backend() { return {files, root, boot}; }
  Result<ApplyOutcome> apply(const std::string& cmdline) {
    return backend().apply(cmdline, options);
  }
  std::string at(const std::string& path) const { return files.disk.at(path); }
};

inline std::string entries(const std::string& file) {
  return "boot/loader/entries/" + file;
}

inline std::string grubenv(const std::string& lines) {
  std::string out = "# GRUB Environment Block\n" + lines;
  out.resize(1024, '#');
  return out;
}

// As grub2-mkconfig leaves it, as far as it decides what boots.
inline std::string grub2_config() {
  return "if [ -s $prefix/grubenv ]; then\n  load_env\nfi\n"
         "if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\n   set next_entry=\n"
         "   save_env next_entry\n   set boot_once=true\nelse\n   set "
         "default=\"${saved_entry}\"\nfi\n"
         "search --no-floppy --fs-uuid --set=root 1f\ninsmod blscfg\nblscfg\n"
         "if [ -f  ${config_directory}/custom.cfg ]; then\n  source "
         "${config_directory}/custom.cfg\n"
         "elif [ -z \"${config_directory}\" -a -f  $prefix/custom.cfg ]; then\n"
         "  source $prefix/custom.cfg\nfi\n";
}

inline BlsHost fedora() {
  return {
      "Fedora",
      Loader::grub_bls,
      {{"boot/grub2/grub.cfg", grub2_config()},
       {"etc/os-release", "ID=\"rhel\"\nID_LIKE=\"fedora\"\n"},
       {"boot/vmlinuz-6.11.4-301.fc41.x86_64", "kernel"},
       {"boot/vmlinuz-6.10.6-200.fc40.x86_64", "kernel"},
       {"boot/grub2/grubenv",
        grubenv("saved_entry=" + kMachine + "-6.11.4-301.fc41.x86_64\nboot_success=1\n")},
       {"etc/machine-id", kMachine + "\n"},
       {"etc/default/grub", "GRUB_CMDLINE_LINUX=\"rhgb quiet\"\n"},
       {"etc/kernel/cmdline", "root=UUID=1f ro rootflags=subvol=root rhgb quiet\n"},
       {entries(kMachine + "-6.11.4-301.fc41.x86_64.conf"),
        "title Fedora Linux (6.11.4-301.fc41.x86_64) 41 (Server Edition)\nversion "
        "6.11.4-301.fc41.x86_64\nlinux /vmlinuz-6.11.4-301.fc41.x86_64\n"
        "initrd /initramfs-6.11.4-301.fc41.x86_64.img $tuned_initrd\noptions root=UUID=1f ro "
        "rootflags=subvol=root rhgb quiet $tuned_params\n"
        "grub_users $grub_users\ngrub_arg --unrestricted\ngrub_class fedora\n"},
       // grubby for one kernel, and a quoted value with blanks, as GRUB writes them.
       {entries(kMachine + "-6.10.6-200.fc40.x86_64.conf"),
        "# edited by hand\ntitle Fedora Linux 40\nversion 6.10.6-200.fc40.x86_64\nlinux "
        "/vmlinuz-6.10.6-200.fc40.x86_64\n"
        "options  root=UUID=1f ro dyndbg=\"file drivers/net/* +p\" "
        "crashkernel=1G-4G:192M,4G-64G:256M  iommu=pt\t\ngrub_class fedora\n"},
       {entries(kMachine + "-0-rescue.conf"),
        "title Fedora Linux (0-rescue-" + kMachine + ")\nversion 0-rescue-" + kMachine +
            "\nlinux /vmlinuz-0-rescue\noptions root=UUID=1f ro rhgb quiet\n"}}};
}

inline BlsHost rhel10() {
  return {
      "RHEL 10",
      Loader::grub_bls,
      {{"boot/grub2/grub.cfg", grub2_config()},
       {"etc/os-release", "ID=\"rhel\"\nID_LIKE=\"fedora\"\n"},
       {"boot/vmlinuz-6.12.0-55.el10.x86_64", "kernel"},
       {"boot/grub2/grubenv", grubenv("saved_entry=x\n")},
       {"etc/machine-id", kMachine + "\n"},
       // no newline, as Anaconda leaves it
       {"etc/kernel/cmdline",
        "root=/dev/mapper/rhel-root ro crashkernel=2G-64G:256M,64G-:512M rd.lvm.lv=rhel/root"},
       {entries(kMachine + "-6.12.0-55.el10.x86_64.conf"),
        "title Red Hat Enterprise Linux (6.12.0-55.el10.x86_64) 10.0\nversion "
        "6.12.0-55.el10.x86_64\nlinux /vmlinuz-6.12.0-55.el10.x86_64\n"
        "initrd /initramfs-6.12.0-55.el10.x86_64.img\noptions root=/dev/mapper/rhel-root ro "
        "crashkernel=2G-64G:256M,64G-:512M rd.lvm.lv=rhel/root\n"
        // no newline at the end of the file
        "grub_class rhel"},
       {entries(kMachine + "-0-rescue.conf"),
        "title RHEL (0-rescue)\nversion 0-rescue-x\nlinux /vmlinuz-0-rescue\noptions "
        "root=/dev/mapper/rhel-root ro\n"}}};
}

inline BlsHost rhel9() {
  auto host = rhel10();
  host.name = "RHEL 9";
  // Where neither kernel-install nor Anaconda left a line, and with a file that was edited
  // elsewhere.
  host.files.disk.erase("etc/kernel/cmdline");
  host.files.disk["boot/vmlinuz-5.14.0-503.el9.x86_64"] = "kernel";
  host.files.disk[entries(kMachine + "-5.14.0-503.el9.x86_64.conf")] =
      "title RHEL 9.5\r\nversion 5.14.0-503.el9.x86_64\r\nlinux "
      "/vmlinuz-5.14.0-503.el9.x86_64\r\noptions root=/dev/mapper/rhel-root ro "
      "kvm.nx_huge_pages=off\r\n";
  host.files.disk.erase(entries(kMachine + "-6.12.0-55.el10.x86_64.conf"));
  return host;
}

inline BlsHost rhel8() {
  const auto entry = [](const std::string& version) {
    return "title Red Hat Enterprise Linux (" + version + ") 8.10\nversion " + version +
           "\nlinux /vmlinuz-" + version + "\ninitrd /initramfs-" + version +
           ".img $tuned_initrd\noptions $kernelopts $tuned_params\nid rhel-20240101-" + version +
           "\ngrub_users $grub_users\n";
  };
  return {
      "RHEL 8",
      Loader::grub_bls,
      {{"boot/grub2/grub.cfg", grub2_config()},
       {"etc/os-release", "ID=\"rhel\"\nID_LIKE=\"fedora\"\n"},
       {"boot/vmlinuz-4.18.0-553.el8_10.x86_64", "kernel"},
       {"boot/grub2/grubenv",
        grubenv("saved_entry=x\nkernelopts=root=/dev/mapper/rhel-root ro crashkernel=auto "
                "rd.lvm.lv=rhel/root rhgb quiet \nboot_success=0\n"
                "tuned_params=skew_tick=1 tsc=reliable\n")},
       {"etc/machine-id", kMachine + "\n"},
       {entries(kMachine + "-4.18.0-553.el8_10.x86_64.conf"), entry("4.18.0-553.el8_10.x86_64")},
       {entries(kMachine + "-4.18.0-477.el8_8.x86_64.conf"), entry("4.18.0-477.el8_8.x86_64")},
       {entries(kMachine + "-0-rescue.conf"),
        "title RHEL (0-rescue)\nversion 0-rescue-x\nlinux /vmlinuz-0-rescue\noptions "
        "root=/dev/mapper/rhel-root ro\n"}}};
}

inline BlsHost debian_systemd_boot() {
  const auto entry = [](const std::string& version) {
    return "# Boot Loader Specification type#1 entry\n# File created by "
           "/usr/lib/kernel/install.d/90-loaderentry.install (systemd 257.8)\n"
           "title      Debian GNU/Linux 13 (trixie)\nversion    " +
           version + "\nmachine-id " + kMachine +
           "\nsort-key   debian\n"
           "options    root=UUID=1f ro quiet systemd.machine_id=" +
           kMachine + "\nlinux      /" + kMachine + "/" + version +
           "/linux\n"
           "initrd     /" +
           kMachine + "/" + version + "/initrd.img-" + version + "\n";
  };
  return {
      "Debian with systemd-boot",
      Loader::systemd_boot,
      {{"boot/efi/loader/loader.conf",
        "#timeout 3\n#console-mode keep\ndefault " + kMachine + "-*\n"},
       {"etc/machine-id", kMachine + "\n"},
       {"boot/efi/loader/entries/" + kMachine + "-6.12.48+deb13-amd64.conf",
        entry("6.12.48+deb13-amd64")},
       {"boot/efi/loader/entries/" + kMachine + "-6.12.43+deb13-amd64.conf",
        entry("6.12.43+deb13-amd64")},
       {"boot/efi/loader/entries/memtest86.conf",
        "title Memtest86+\nefi /EFI/memtest86/memtest.efi\n"}}};
}

// Arch's way: the ESP at /boot, entries by hand, several options lines, no sort-key.
inline BlsHost arch() {
  return {
      "systemd-boot by hand",
      Loader::systemd_boot,
      {{"boot/loader/loader.conf", "timeout 3\n"},
       {"etc/machine-id", kMachine + "\n"},
       {"etc/kernel/cmdline", "root=UUID=1f rw\n"},
       {entries("arch.conf"),
        "title\tArch "
        "Linux\nlinux\t/vmlinuz-linux\ninitrd\t/initramfs-linux.img\n\noptions\troot=UUID=1f "
        "rw\noptions\tquiet module_blacklist=\"nouveau\" -- three\n"},
       {entries("arch-lts.conf"),
        "title Arch Linux LTS\nlinux /vmlinuz-linux-lts\noptions \"root=UUID=1f rw quiet\"\n"}}};
}

inline std::vector<BlsHost> bls_hosts() {
  std::vector<BlsHost> out;
  out.push_back(fedora());
  out.push_back(rhel10());
  out.push_back(rhel9());
  out.push_back(rhel8());
  out.push_back(debian_systemd_boot());
  out.push_back(arch());
  return out;
}

// What the loader hands to the kernel: GRUB's variables replaced.
inline std::string given(const BlsHost& host, const std::string& path) {
  const auto entry = BlsEntry::parse(
      host.at(path),
      host.boot.loader == Loader::grub_bls ? BlsReader::grub : BlsReader::systemd_boot);
  std::string out;
  for (const auto& arg : entry.options().args()) {
    auto word = arg.raw;
    if (word.starts_with('$') && host.boot.loader == Loader::grub_bls)
      word = std::string(
          EnvironmentBlock::parse(host.at("boot/grub2/grubenv"))->value(word.substr(1)));
    if (!word.empty()) out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

// Arguments that others left in this host's entries, those of one kernel or of all.
inline std::string left_by_others(const BlsHost& host) {
  if (host.name == "Fedora") return "iommu=pt rhgb";
  if (host.name == "RHEL 10") return "crashkernel=2G-64G:256M,64G-:512M";
  if (host.name == "RHEL 9") return "kvm.nx_huge_pages=off";
  if (host.name == "RHEL 8") return "rhgb crashkernel=auto";
  return "quiet";
}

// What GRUB boots next.
inline std::string grub_boots(const BlsHost& host) {
  const auto config = read_grub_config(host.files);
  if (!config) return config.error().what;
  const auto& next = config->config.next;
  return next.entry ? next.entry->command_line({}) : next.doubt;
}

// What GRUB does at that boot: it takes a trial, and then its entry.
inline void boot_by_grub(BlsHost& host) {
  host.boot.cmdline = grub_boots(host);
  auto& block = host.files.disk.at(std::string(kEnvironment));
  auto taken = EnvironmentBlock::parse(block).value();
  REQUIRE(taken.set("vfirst_try", "-"));
  block = taken.bytes();
}

inline bool is_entry(const std::string& path) {
  return path.find("loader/entries/") != std::string::npos;
}

}  // namespace vfirst::test
