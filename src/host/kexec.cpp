// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/kexec.hpp"

#include "host/fd.hpp"

#include <fcntl.h>
#include <linux/kexec.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace vfirst {

namespace {

class KernelKexec final : public Kexec {
 public:
  explicit KernelKexec(const Root& root) : root_(root) {}

  [[gnu::cold]] Status load(const KexecImage& image) override {
    const auto kernel = VFIRST_TRY(open(image.kernel));
    const auto initrd = VFIRST_TRY(joined(image.initrds));
    const unsigned long flags = image.initrds.empty() ? KEXEC_FILE_NO_INITRAMFS : 0;
    if (::syscall(
            SYS_kexec_file_load, kernel.get(), initrd.get(), image.cmdline.size() + 1,
            image.cmdline.c_str(), flags) == 0)
      return {};
    const int error = errno;
    return failed(error, "kexec of {}: {}", image.kernel, explain_kexec(error));
  }

  void unload() override {
    ::syscall(
        SYS_kexec_file_load, -1, -1, 0UL, nullptr, static_cast<unsigned long>(KEXEC_FILE_UNLOAD));
  }

 private:
  [[gnu::cold]] Result<Fd> open(const std::string& path) const {
    Fd file(root_.open_at(path, O_RDONLY));
    if (file.get() >= 0) return file;
    const int error = errno;
    return failed(error, "{}: {}", path, std::strerror(error));
  }

  // The call takes one file, so several are joined. The kernel looks for the next archive at a
  // multiple of four bytes (init/initramfs.c).
  [[gnu::cold]] Result<Fd> joined(const std::vector<std::string>& paths) const {
    if (paths.empty()) return Fd(-1);
    if (paths.size() == 1) return open(paths.front());
    Fd all(::memfd_create("initrd", MFD_CLOEXEC));
    if (all.get() < 0) return failed(errno, "memfd_create: {}", std::strerror(errno));
    for (const auto& path : paths) {
      const auto file = VFIRST_TRY(open(path));
      struct stat found{};
      if (::fstat(file.get(), &found) != 0)
        return failed(errno, "{}: {}", path, std::strerror(errno));
      for (off_t left = found.st_size; left > 0;) {
        const auto sent =
            ::sendfile(all.get(), file.get(), nullptr, static_cast<std::size_t>(left));
        if (sent <= 0)
          return failed(sent < 0 ? errno : EIO, "{}: it cannot be read to its end", path);
        left -= sent;
      }
      const auto end = ::lseek(all.get(), 0, SEEK_END);
      const auto padded = (end + 3) / 4 * 4;
      if (end < 0 || ::ftruncate(all.get(), padded) != 0 ||
          ::lseek(all.get(), padded, SEEK_SET) < 0)
        return failed(errno, "{}: {}", path, std::strerror(errno));
    }
    return all;
  }

  const Root& root_;
};

}  // namespace

std::unique_ptr<Kexec> kernel_kexec(const HostActions&, const Root& root) {
  return std::make_unique<KernelKexec>(root);
}

std::string explain_kexec(int error) {
  switch (error) {
    case EPERM:
      return "the running kernel forbids it: kernel lockdown (Secure Boot) without a signature "
             "that it trusts, or kernel.kexec_load_disabled = 1";
    case EKEYREJECTED:
    case EKEYREVOKED:
    case EKEYEXPIRED:
    case ENOKEY:
    case EBADMSG:
    case ENOPKG:
    case ENODATA:
      return fmt::format(
          "its signature is not one that the running kernel trusts ({})", std::strerror(error));
    case ENOSYS: return "the running kernel has no kexec_file_load (CONFIG_KEXEC_FILE is not set)";
    case ENOEXEC: return "it is not a kernel that the running kernel can start";
    case EBUSY: return "another program is loading a kernel";
    case ENOMEM:
    case EADDRNOTAVAIL: return fmt::format("there is no memory for it ({})", std::strerror(error));
    case EINVAL: return "the running kernel refuses it; its command line may be too long";
    default: return std::strerror(error);
  }
}

}  // namespace vfirst
