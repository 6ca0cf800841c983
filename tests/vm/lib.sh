# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. A whole-boot test is: one run of images/try, then claims about what it left.
#   tests/vm/NAME BUILD-DIR        BUILD-DIR is a finished CMake build; VFIRST_DEB=FILE takes that package (and vfirst-dracut beside it) instead
# Boots take minutes of one core. A run that could not boot is a failure, not a skip.
# shellcheck disable=SC2034  # out and last are for the caller

vm_source=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
vm_name=$(basename "$0")
vm_build=$(readlink -f "${1:-$vm_source/build}")
vm_failed=0 vm_claims=0
out=$vm_build/vm/$vm_name

vm_package() {   # vfirst's package of the finished build; made once for all tests of a run
  if [[ ${VFIRST_DEB:-} ]]; then echo "$VFIRST_DEB"; return; fi
  local deb folder=$vm_build/vm/package lock
  mkdir -p "$folder"
  exec {lock}> "$folder/lock"
  flock "$lock"
  deb=$(find "$folder" -maxdepth 1 -name 'vfirst_*.deb' -newer "$vm_build/vfirst" | head -n 1)
  if [[ ! $deb ]]; then
    rm -f "$folder"/*.deb
    (cd "$vm_build" && cpack -G DEB -B "$folder") > "$folder/log" 2>&1 || { cat "$folder/log" >&2; return 1; }
    deb=$(find "$folder" -maxdepth 1 -name 'vfirst_*.deb' | head -n 1)
  fi
  exec {lock}>&-
  echo "$deb"
}

# vm_try WANTED-EXIT-CODE OPTION...: sets `last`, the folder of the last boot's evidence.
vm_try() {
  local wanted=$1 rc=0 deb
  shift
  deb=$(vm_package) || exit 1
  "$vm_source/images/try" --no-install --deb "$deb" --out "$out" "$@" || rc=$?
  last=$out/$(tail -n 1 "$out/boots.tsv" | cut -f1)
  claim "images/try $* ends with exit code $wanted" test "$rc" = "$wanted"
  [[ -f $last/exit-codes ]] || verdict   # nothing to look at
}

claim() {
  local text=$1
  shift
  vm_claims=$((vm_claims + 1))
  if "$@" > /dev/null; then
    echo "ok: $text"
  else
    vm_failed=$((vm_failed + 1))
    echo "FAILED: $text   [$*]"
  fi
}
says() { grep -qE -- "$2" "$1"; }                                  # says FILE ERE
counts() { [[ $(grep -cE -- "$3" "$2") == "$1" ]]; }               # counts N FILE ERE
# bound N PF-ADDRESS: the kernel has N VFs of this PF on vfio-pci, and no other VF of it
bound() { awk -v pf="$2" -v want="$1" '/^PF/ {on = $2 == pf} on && /^  VF/ {all++} on && /^  VF.*driver=vfio-pci / {n++} END {exit !(n == want && all == want)}' "$last/sysfs.txt"; }
node_pages() { awk -F: -v f="devices/system/node/node$1/hugepages/hugepages-1048576kB/nr_hugepages" '$1 == f {print $2}' "$last/sysfs.txt"; }
boots() { [[ $(cut -f2 "$out/boots.tsv" | paste -sd' ') == "$*" ]]; }

verdict() {
  echo "$vm_name: $vm_claims claims, $vm_failed failed; evidence in $out"
  [[ $vm_failed == 0 ]]
  exit
}
