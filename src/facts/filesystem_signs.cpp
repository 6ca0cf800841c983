// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/filesystem_signs.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/readers.hpp"
#include "host/disks.hpp"
#include "host/own_paths.hpp"

#include <map>

namespace vfirst::facts {

namespace {

constexpr std::string_view kAmbiguous = "?";

// A line of udev's database: E:KEY=VALUE. Blanks in a label are "\x20" there.
void read_udev(std::string_view text, FilesystemSign& sign) {
  const std::pair<std::string_view, std::string FilesystemSign::*> keys[] = {
      {"E:ID_FS_TYPE=", &FilesystemSign::type},
      {"E:ID_FS_LABEL=", &FilesystemSign::label},
      {"E:ID_FS_UUID=", &FilesystemSign::uuid},
      {"E:ID_PART_ENTRY_NAME=", &FilesystemSign::part_label},
      {"E:ID_PART_ENTRY_UUID=", &FilesystemSign::part_uuid}};
  for (const auto line : split(text, '\n'))
    for (const auto& [key, member] : keys)
      if (line.starts_with(key)) sign.*member = line.substr(key.size());
}

std::optional<std::string> read_if_there(const Root& root, const std::string& number) {
  const auto text = root.read("run/udev/data/b" + number);
  return text ? std::optional(*text) : std::nullopt;
}

// A line a device: name, type, UUID and label; "-" where there is none, "?" as the type where
// there are several signatures.
std::map<std::string, FilesystemSign, std::less<>> probed(const Root& root) {
  std::map<std::string, FilesystemSign, std::less<>> out;
  std::string text;
  if (root.is_host()) {
    for (const auto& name :
         root.list(kernel_paths::kBlockDevices).value_or(std::vector<std::string>{})) {
      const auto sign = filesystem_on("/dev/" + name);
      if (!sign) continue;
      const auto word = [](const std::string& value) { return value.empty() ? "-" : value; };
      text += fmt::format(
          "{} {} {} {}\n", name, sign->ambiguous ? std::string(kAmbiguous) : word(sign->type),
          word(sign->uuid), word(sign->label));
    }
    root.remember(kCapturedFilesystems, text);
  } else {
    text = root.read(kCapturedFilesystems).value_or("");
  }
  for (const auto line : split(text, '\n')) {
    const auto parts = words(line);
    if (parts.size() < 4) continue;
    FilesystemSign sign;
    sign.block = parts[0];
    sign.ambiguous = parts[1] == kAmbiguous;
    if (!sign.ambiguous && parts[1] != "-") sign.type = parts[1];
    if (parts[2] != "-") sign.uuid = parts[2];
    // A label may have blanks.
    const auto label = line.substr(static_cast<std::size_t>(parts[3].data() - line.data()));
    if (label != "-") sign.label = label;
    out.emplace(sign.block, std::move(sign));
  }
  return out;
}

}  // namespace

std::string_view FilesystemSign::tag(std::string_view name) const {
  if (name == "UUID") return uuid;
  if (name == "LABEL") return label;
  if (name == "PARTUUID") return part_uuid;
  if (name == "PARTLABEL") return part_label;
  return {};
}

std::vector<FilesystemSign> filesystem_signs(const Root& root) {
  auto known = probed(root);
  std::vector<FilesystemSign> out;
  for (const auto& name :
       root.list(kernel_paths::kBlockDevices).value_or(std::vector<std::string>{})) {
    FilesystemSign sign;
    sign.block = name;
    bool looked = false;
    const auto number = text_of(root, kernel_paths::block_device(name, "dev"));
    const auto udev = number.empty() ? std::nullopt : read_if_there(root, number);
    if (udev) {
      read_udev(*udev, sign);
      looked = true;
    }
    if (const auto probe = known.find(name); probe != known.end()) {
      looked = true;
      sign.type = probe->second.type;
      sign.label = probe->second.label;
      sign.uuid = probe->second.uuid;
      sign.ambiguous = probe->second.ambiguous;
    }
    if (looked) out.push_back(std::move(sign));
  }
  return out;
}

}  // namespace vfirst::facts
