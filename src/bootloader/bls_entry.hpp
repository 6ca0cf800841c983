// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One entry of the Boot Loader Specification, type 1: a text file whose `options` hold kernel
// arguments. Every byte that is not ours is kept.

#include "base/result.hpp"
#include "kargs/command_line.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The two readers differ. GRUB's blscfg takes the first `options` line only and stops reading at a
// line without a value (rhboot/grub2, blscfg.c); systemd-boot joins all `options` lines, steps over
// such lines and takes off double quotes around a whole value (src/boot/efi-string.c,
// line_get_key_value).
enum class BlsReader { grub, systemd_boot };

// Names the arguments of ours in this entry; the key is bootc's, so that its tools know an owner
// when they see one.
inline constexpr std::string_view kBlsOwnKey = "x-options-source-vfirst";

class BlsEntry {
 public:
  BlsEntry() = default;
  static BlsEntry parse(std::string_view text, BlsReader reader);  // every text is an entry

  BlsReader reader() const { return reader_; }
  std::string text() const;
  // of the first such line that the loader reads; "" for none
  std::string value(std::string_view key) const;
  std::vector<std::string> values(std::string_view key) const;
  // with a value, where the loader reads it
  bool has_options() const;
  // what the loader hands to the kernel
  CommandLine options() const;
  // a comment line that begins so
  bool holds_comment(std::string_view text) const;
  // as our key names them
  std::vector<KernelArg> own() const;

  BlsEntry without_own() const;
  // each of them, as often as it stands there
  BlsEntry without(const std::vector<KernelArg>& arguments) const;
  // With these arguments behind the others and our key before that line. An argument that stands
  // there already is not added and not ours; `there` is told. Refused where the line cannot take
  // more (it ends inside a quote). This entry must have none of ours.
  Result<BlsEntry> with_own(
      const std::vector<KernelArg>& arguments, std::vector<std::string>* there = nullptr) const;
  // Behind the options, without an owner: for a trial's one boot.
  Result<BlsEntry> with_options(const std::vector<KernelArg>& arguments) const;
  // in place of the first such line, else a new one
  BlsEntry with_value(std::string_view key, std::string_view value) const;

  bool operator==(const BlsEntry&) const = default;

 private:
  struct Line {
    // blanks, key, blanks or quote, value, what ends the line
    std::string before, key, gap, value, after;
    // the loader gets this far, and takes it for a key and value
    bool read = true;
    std::string text() const { return before + key + gap + value + after; }
    bool operator==(const Line&) const = default;
  };
  // the one to edit; size() for none
  std::size_t options_line() const;
  std::string line_end() const;

  std::vector<Line> lines_;
  BlsReader reader_ = BlsReader::systemd_boot;
};

// as a line has them, blank separated
std::string spelled(const std::vector<KernelArg>& args);

// The order of these counts in a command line (a count belongs to the size before it), so ours are
// never left out.
bool is_positional(const KernelArg& arg);

}  // namespace vfirst
