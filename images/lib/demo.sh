# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. The steps between a source tree and a provisioned hypervisor, for images/try and tests/vm.
#   demo_package            builds the .debs; the path of vfirst's on stdout, the others lie beside it
#   demo_fits RELEASE [DEB] does this package, or one that is built here, install on the release? If not it says why
#   demo_golden DEB OPT...  a golden disk with it, made once and kept; its path on stdout. OPT are images/golden/build's
#   demo_boots DISK DIR N   boots until the guest powers off, at most N times; sets DEMO_REBOOTS, DEMO_LAST (a boot's
#                           name). The machine is machine.py's; variables VM_* of the caller change it
#   demo_overlay IMAGE DISK a throw-away disk on top of a golden image
#   demo_compare DIR A B    did boot B change anything on disk that boot A had left?

demo_images=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
demo_source=$(dirname "$demo_images")
demo_cache=${VFIRST_CACHE:-/var/tmp/vfirst-cache}
# shellcheck source=debs.sh
. "$demo_images/lib/debs.sh"
# shellcheck source=releases.sh
. "$demo_images/lib/releases.sh"

demo_say() { printf 'try: %s\n' "$*" >&2; }

demo_package() {
  local build=${VFIRST_TRY_BUILD:-$demo_source/build-try} log
  log=$build.log
  demo_say "building the package"
  export CCACHE_BASEDIR=$demo_source CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  if ! { cmake -S "$demo_source" -B "$build" -G Ninja -DVFIRST_TESTS=OFF && cmake --build "$build" &&
         rm -rf "$build/packages" && cd "$build" && cpack -G DEB; } > "$log" 2>&1; then
    tail -n 40 "$log" >&2
    return 1
  fi
  rm -f "$log"
  ls "$build"/packages/vfirst_*.deb
}

# The C library is the only one that decides: the others have the same names in every release, or are linked in.
demo_fits() (
  release_of "$1" demo_fits || exit
  if [[ ${2:-} ]]; then
    what="the package needs" needs=$(dpkg-deb --field "$2" Depends | sed -nE 's/.*\blibc6 \(>= ([^)]*)\).*/\1/p')
  else
    what="a package that is built here may need" needs=$(getconf GNU_LIBC_VERSION)
  fi
  needs=${needs#glibc }
  [[ $(printf '%s\n' "$needs" "$release_libc" | sort -V | tail -n 1) != "$release_libc" ]] || exit 0
  demo_say "$what version $needs of the C library, Debian $release has $release_libc: build it there (cpack -G DEB)" \
    "and name it with --deb"
  exit 1
)

# What is in a tree: its links, its programs and the contents of its files.
demo_tree() { (cd "$1" && find . -type l && find . -type f -perm /111 && find . -type f -exec sha256sum {} + | sort); }

# Everything that decides what is in an image: the package's files, the recipe, the options and the files and trees that
# they name.
demo_parts() {
  local deb=$1 each word
  shift
  while read -r each; do
    dpkg-deb --fsys-tarfile "$each" | tar -xO
    dpkg-deb --ctrl-tarfile "$each" | tar -xO
  done < <(demo_debs "$deb") | sha256sum
  demo_tree "$demo_images/golden"
  for word; do
    if [[ -f $word ]]; then sha256sum < "$word"
    elif [[ -d $word ]]; then demo_tree "$word"
    else echo "$word"; fi
  done
}

demo_golden() {
  local deb=$1 key image lock
  shift
  key=$(demo_parts "$deb" "$@" | sha256sum | cut -c1-16)
  image=$demo_cache/golden-$key.raw
  mkdir -p "$demo_cache"
  exec {lock}> "$demo_cache/lock"
  flock "$lock"
  if [[ -e $image ]]; then
    touch "$image"
  else
    "$demo_images/golden/build" --cache "$demo_cache" --deb "$deb" "$@" "$image.new" {lock}>&- || return 1
    mv "$image.new" "$image"
    # Sparse, half a gigabyte each: the six youngest stay.
    find "$demo_cache" -maxdepth 1 -name 'golden-*.raw' -printf '%T@ %p\n' | sort -rn | tail -n +7 | cut -d' ' -f2- |
      xargs -r rm -f
  fi
  exec {lock}>&-
  echo "$image"
}

demo_overlay() { qemu-img create -q -f qcow2 -F raw -b "$(readlink -f "$1")" "$2"; }

demo_boots() {
  local disk=$1 dir=$2 most=$3 before status=0
  before=$(wc -l < "$dir/boots.tsv")
  [[ -z ${!VM_@} ]] || export "${!VM_@}"
  "$demo_images/lib/machine.py" boots "$disk" "$dir" "$most" || status=$?
  # shellcheck disable=SC2034  # for the caller
  DEMO_REBOOTS=$(tail -n "+$((before + 1))" "$dir/boots.tsv" | grep -c "$(printf '\treboot\t')") || true
  # shellcheck disable=SC2034
  DEMO_LAST=$(tail -n 1 "$dir/boots.tsv" | cut -f1)
  return "$status"
}

demo_compare() { diff "$1/$2/state.txt" "$1/$3/state.txt"; }
