// SPDX-License-Identifier: GPL-2.0-or-later
// For a unified kernel image: an addon with the arguments, to be built and signed where the keys
// are (systemd-stub(7)).
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
          "# {}\n# Lay it on the ESP in loader/addons, or in NAME.efi.extra.d beside one UKI. With "
          "Secure Boot it has to be signed:\n"
          "# --secureboot-private-key=KEY --secureboot-certificate=CERTIFICATE. It is measured "
          "into PCR 12: a disk key that is\n# sealed to it has to be sealed anew.\n"
          "ukify build --stub=/usr/lib/systemd/boot/efi/{} --cmdline={} --output={}\n",
          line.title(), stub, shell_word(line.all_ours()), name)};
}

Result<std::vector<std::string>> read_ukify(std::string_view document) {
  return kernel_words(VFIRST_TRY(shell_value(document, "--cmdline=")));
}

}  // namespace

const ExportTarget kUkify{Keeps::order, false, false, false, false, write_ukify, read_ukify};

}  // namespace vfirst
