// SPDX-License-Identifier: GPL-2.0-or-later
// Read by sbom.cmake for the versions of the C and the C++ library, which no pkg-config file tells.
#include <version>
#include <features.h>
