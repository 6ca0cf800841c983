// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A shared library that is opened when one of its functions is first called, and not before main.
//
// Linked the usual way, libkmod (with libcrypto, lzma and zstd), libpci (with libudev, libcap and
// zlib) and libblkid cost every run of the program more than reading a machine of 96 CPUs does, and
// most runs ask them nothing. The same holds for libmnl, which costs less. So there is a file here
// for each: it defines the functions that we call, as the header of the library declares them, and
// each calls the one in the library.

#include <dlfcn.h>
#include <cstdio>
#include <cstdlib>

namespace vfirst {

class LazyLibrary {
 public:
  explicit constexpr LazyLibrary(const char* soname) : soname_(soname) {}

  // False where the library is not installed.
  bool open() {
    if (!handle_) handle_ = ::dlopen(soname_, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    return handle_ != nullptr;
  }

  template <class Function>
  Function* entry(Function*, const char* name) {
    void* const address = open() ? ::dlsym(handle_, name) : nullptr;
    // The packages require the library, and one of this SONAME must have the function. So the
    // installation is broken, and the program ends as it would if it were linked with the library.
    if (!address) {
      std::fprintf(stderr, "%s cannot be loaded or has no %s\n", soname_, name);
      std::abort();
    }
    return reinterpret_cast<Function*>(address);
  }

 private:
  const char* soname_;
  void* handle_ = nullptr;
};

// The note of the UAPI group for libraries that are opened like this. Image builders and packagers
// read it.
template <unsigned Size>
struct DlopenNote {
  unsigned name_size = 4, description_size = Size, type = 0x407c0c0a;
  char name[4] = {'F', 'D', 'O', 0};
  char description[(Size + 3) / 4 * 4] = {};
  explicit constexpr DlopenNote(const char (&json)[Size]) {
    for (unsigned i = 0; i < Size; ++i)
      description[i] = json[i];
  }
};

}  // namespace vfirst

#define VFIRST_LAZY_LIBRARY(soname)                         \
  static ::vfirst::LazyLibrary library(soname);             \
  [[gnu::used, gnu::section(".note.dlopen"),                \
    gnu::aligned(4)]] static constexpr ::vfirst::DlopenNote \
      note("[{\"feature\":\"host\",\"priority\":\"required\",\"soname\":[\"" soname "\"]}]")

#define VFIRST_HAND_ON(name, ...)                         \
  static const auto real = library.entry(&::name, #name); \
  return real(__VA_ARGS__)
