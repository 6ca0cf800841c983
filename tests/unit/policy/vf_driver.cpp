// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/vf_driver.hpp"

#include "base/driver_name.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

VfDriver driver(std::string_view word) {
  const auto read = VfDriver::parse(word);
  if (!read) FAIL(read.error().what);
  return *read;
}

// The variant drivers of drivers/vfio/pci as they are registered, and vfio-pci itself.
constexpr std::string_view kVfio[] = {"vfio-pci",          "mlx5_vfio_pci",        "pds_vfio_pci",
                                      "hisi_acc_vfio_pci", "nvgrace_gpu_vfio_pci", "qat_vfio_pci",
                                      "virtio_vfio_pci",   "xe-vfio-pci",          "ism_vfio_pci"};

}  // namespace

TEST_CASE(
    "vfio-pci and each of its variant drivers is a vfio driver, in either spelling",
    "[sriov][policy]") {
  for (const auto name : kVfio)
    for (const char letter : {'-', '_'}) {
      std::string spelled(name);
      for (auto& c : spelled)
        if (c == '-' || c == '_') c = letter;
      INFO(spelled);
      CHECK(is_vfio_driver(spelled));
      const auto read = driver(spelled);
      CHECK(read.is_vfio());
      // driver_override wants the name that the driver is registered under
      CHECK(read.name() == name);
      CHECK(read.str() == name);
      CHECK(read.satisfied_by(std::string(name)));
      CHECK(read.satisfied_by(spelled));
    }
  CHECK(driver("some_new_vfio_pci").is_vfio());
  CHECK(driver("nvidia-vgpu-vfio").name() == "nvidia-vgpu-vfio");
}

TEST_CASE("a driver that only sounds like vfio is none", "[sriov][policy]") {
  for (const auto* name : {"iavf", "mlx5_core", "vfiox", "myvfio", "igbvf", ""}) {
    INFO(name);
    CHECK_FALSE(is_vfio_driver(name));
  }
  CHECK(driver("iavf").kind() == VfDriver::Kind::other);
}

TEST_CASE("keep is satisfied by any driver but a vfio one, none by no driver", "[sriov][policy]") {
  CHECK(driver("keep").satisfied_by("iavf"));
  CHECK_FALSE(driver("keep").satisfied_by("mlx5_vfio_pci"));
  CHECK_FALSE(driver("keep").satisfied_by(std::nullopt));
  CHECK(driver("none").satisfied_by(std::nullopt));
  CHECK_FALSE(driver("none").satisfied_by("iavf"));
  CHECK_FALSE(driver("vfio-pci").satisfied_by("mlx5_vfio_pci"));
}

TEST_CASE(
    "a VF's driver reads back from its own word, and has one phrase for each kind",
    "[sriov][policy]") {
  for (const auto* word : {"keep", "none", "vfio", "vfio-pci", "xe-vfio-pci", "iavf"})
    CHECK(driver(driver(word).str()) == driver(word));
  CHECK(driver("keep").phrase() == "the kernel's driver");
  CHECK(driver("none").phrase() == "no driver");
  CHECK(driver("iavf").phrase() == "iavf");
  CHECK(driver("keep").with_phrase() == "with the kernel's driver");
  CHECK(driver("iavf").with_phrase() == "on iavf");
  CHECK(driver("none").assignment("VF 3") == "leave VF 3 without a driver");
  CHECK(driver("keep").assignment("VF 3") == "let the kernel choose the driver of VF 3");
  CHECK(driver("mlx5-vfio-pci").assignment("VF 3") == "bind VF 3 to mlx5_vfio_pci");
}

TEST_CASE(
    "vfio is any vfio driver until the kernel has chosen one, then that one", "[sriov][policy]") {
  const auto open = driver("vfio");
  CHECK(open.is_vfio());
  CHECK(open.is_best());
  CHECK_FALSE(open.is_known());
  CHECK(open == VfDriver::best());
  CHECK(open.name() == "vfio-pci");
  CHECK(open.shown() == "vfio");
  CHECK(open.with_phrase() == "on the best vfio driver");
  CHECK(open.assignment("VF 3") == "bind VF 3 to the best vfio driver");
  for (const auto name : kVfio)
    CHECK(open.satisfied_by(std::string(name)));
  CHECK_FALSE(open.satisfied_by("iavf"));
  CHECK_FALSE(open.satisfied_by(std::nullopt));

  const auto found = VfDriver::best_is("xe_vfio_pci");
  CHECK(found.is_vfio());
  CHECK(found.is_best());
  CHECK(found.is_known());
  CHECK(found.name() == "xe-vfio-pci");
  CHECK(found.shown() == "xe-vfio-pci");
  CHECK(found.satisfied_by("xe-vfio-pci"));
  CHECK_FALSE(found.satisfied_by("vfio-pci"));
  // the policy's word, whatever it came to
  CHECK(found.str() == "vfio");
  CHECK(open.str() == "vfio");
  CHECK(VfDriver::best_is("vfio_pci") != driver("vfio-pci"));
  CHECK_FALSE(driver("vfio-pci").is_best());
  CHECK_FALSE(driver("keep").is_best());
}

TEST_CASE("what is no driver's name is refused", "[sriov][policy]") {
  for (const auto* word : {"", "a b", "vfio,vfio-pci", "../x", "a=b"}) {
    INFO(word);
    CHECK_FALSE(VfDriver::parse(word));
  }
  CHECK_FALSE(VfDriver::parse(std::string(64, 'a')));
}
