// SPDX-License-Identifier: GPL-2.0-or-later
// For a unified kernel image: the command that builds an addon with the arguments, for the machine
// that has the signing keys (systemd-stub(7)).
#include "export/target.hpp"

#include "base/text.hpp"
#include "export/words.hpp"

namespace vfirst {

namespace {

Result<ExportPart> write_ukify(const ExportLine& line) {
  const auto name = fmt::format("vfirst-{}.addon.efi", line.plan);
  const auto stub = line.architecture == "aarch64" ? "addonaa64.efi.stub" : "addonx64.efi.stub";
  return ExportPart{
      "command",
      name,
      {},
      fmt::format(
          "# {}\n# Copy it to loader/addons on the ESP, or to NAME.efi.extra.d beside one UKI. "
          "With "
          "Secure Boot it must be signed:\n"
          "# --secureboot-private-key=KEY --secureboot-certificate=CERTIFICATE. It is measured "
          "into PCR 12: seal a disk key\n# that depends on PCR 12 again.\n"
          "ukify build --stub=/usr/lib/systemd/boot/efi/{} --cmdline={} --output={}\n",
          line.title(), stub, shell_word(line.all_ours()), name)};
}

Result<std::vector<std::string>> read_ukify(std::string_view document) {
  return kernel_words(VFIRST_TRY(shell_value(document, "--cmdline=")));
}

}  // namespace

extern const ExportTarget kUkify{
    .keeps = Keeps::order,
    .write = write_ukify,
    .read = read_ukify,
};

}  // namespace vfirst
