// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One entry of the Boot Loader Specification, type 1: a text file whose `options` hold kernel
// arguments. Every byte that is not ours is kept.

#include "base/result.hpp"
#include "kargs/arguments.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The two readers differ. GRUB's blscfg takes only the first `options` line and stops reading at a
// line without a value (rhboot/grub2, blscfg.c). systemd-boot joins all `options` lines, takes the
// last line of any other key (src/boot/boot.c, boot_entry_add_type1), steps over lines without a
// value, ends a line at a carriage return too, and takes double quotes around a whole value away
// (src/boot/efi-string.c, line_get_key_value).
enum class BlsReader { grub, systemd_boot };

// Names the arguments of ours in this entry; the key is bootc's, so that its tools know an owner
// when they see one.
inline constexpr std::string_view kBlsOwnKey = "x-options-source-vfirst";

class BlsEntry {
 public:
  BlsEntry() = default;
  // Every text is an entry.
  static BlsEntry parse(std::string_view text, BlsReader reader);

  BlsReader reader() const { return reader_; }
  std::string text() const;
  // Of the line that counts among those that the loader reads; "" for none.
  std::string value(std::string_view key) const;
  std::vector<std::string> values(std::string_view key) const;
  // A value of this key stands in single quotes: later releases of systemd-boot take them away.
  bool in_single_quotes(std::string_view key) const;
  // With a value, where the loader reads it.
  bool has_options() const;
  // What the loader hands to the kernel.
  CommandLine options() const;
  // A comment line that begins so.
  bool holds_comment(std::string_view text) const;
  // As our key names them.
  Arguments own() const;
  // In an `options` line that the loader reads.
  bool contains(const KernelArg& argument) const;

  BlsEntry without_own() const;
  // Without each of them, as often as it stands there.
  BlsEntry without(const Arguments& arguments) const;
  // With these arguments behind the others, and our key before that line. An argument that stands
  // there already is not added and is not ours; it goes into `already`. Refused where the line
  // cannot take more (it ends inside a quote). This entry must have none of ours.
  Result<BlsEntry> with_own(
      const Arguments& arguments, std::vector<std::string>* already = nullptr) const;
  // With these behind the options, and without an owner: for a trial's one boot, and to give back
  // what others wrote.
  Result<BlsEntry> appended(const Arguments& arguments) const;
  // In place of the line that counts, else a new one.
  BlsEntry with_value(std::string_view key, std::string_view value) const;

  bool operator==(const BlsEntry&) const = default;

 private:
  struct Line {
    // Blanks, key, blanks or quote, value, what ends the line.
    std::string before, key, gap, value, after;
    // The loader gets this far, and takes it for a key and value.
    bool read = true;
    std::string text() const { return before + key + gap + value + after; }
    bool operator==(const Line&) const = default;
  };
  // The one to edit; the number of lines for none.
  std::size_t options_line() const;
  std::string line_end() const;

  std::vector<Line> lines_;
  BlsReader reader_ = BlsReader::systemd_boot;
};

// The order of these counts in a command line (a count belongs to the size before it), so ours are
// never left out.
bool is_positional(const KernelArg& argument);

}  // namespace vfirst
