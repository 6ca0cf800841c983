// SPDX-License-Identifier: GPL-2.0-or-later
// A program of the build: writes the modules that early boot needs, from the tables of drivers, to
// the file that both initramfs generators read. They run in chroots and for other architectures,
// where vfirst itself may not run.
#include "plan/quirks.hpp"

#include <cstdio>

int main() {
  const auto text = "# Modules that early boot needs, by kind. Written by the build of vfirst.\n" +
                    vfirst::early_drivers();
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0;
}
