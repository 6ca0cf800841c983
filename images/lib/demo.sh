# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. The steps between a source tree and a provisioned hypervisor, for images/try and tests/vm.
#   demo_package            builds the .debs; the path of vfirst's on stdout, the others lie beside it
#   demo_golden DEB OPT...  a golden disk with it, made once and kept; its path on stdout. OPT are images/golden/build's
#   demo_boots DISK DIR N   boots until the guest powers off, at most N times; sets DEMO_REBOOTS, DEMO_LAST (a boot's name)
#   demo_compare DIR A B    did boot B change anything on disk that boot A had left?

demo_images=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
demo_source=$(dirname "$demo_images")
demo_cache=${VFIRST_CACHE:-/var/tmp/vfirst-cache}
# shellcheck source=qemu.sh
. "$demo_images/lib/qemu.sh"
# shellcheck source=debs.sh
. "$demo_images/lib/debs.sh"

demo_say() { printf 'try: %s\n' "$*" >&2; }

demo_package() {
  local build=${VFIRST_TRY_BUILD:-$demo_source/build-try} log
  log=$build.log
  demo_say "building the package"
  export CCACHE_BASEDIR=$demo_source CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  if ! { cmake -S "$demo_source" -B "$build" -G Ninja -DVFIRST_TESTS=OFF && cmake --build "$build" &&
         rm -rf "$build/packages" && cd "$build" && cpack -G DEB; } > "$log" 2>&1; then
    tail -n 40 "$log" >&2
    return 1
  fi
  rm -f "$log"
  ls "$build"/packages/vfirst_*.deb
}

demo_golden() {
  local deb=$1 each key image lock
  shift
  # Everything that decides what is in the image: the package's files, the recipe, the options and the files and trees they name.
  key=$({ demo_debs "$deb" | while read -r each; do dpkg-deb --fsys-tarfile "$each" | tar -xO; dpkg-deb --ctrl-tarfile "$each" | tar -xO; done | sha256sum
          cd "$demo_images/golden" && find . -type f -perm /111 && find . -type f -exec sha256sum {} + | sort
          local word
          for word; do
            if [[ -f $word ]]; then sha256sum < "$word"
            elif [[ -d $word ]]; then (cd "$word" && find . -type l && find . -type f -perm /111 && find . -type f -exec sha256sum {} + | sort)
            else echo "$word"; fi
          done; } | sha256sum | cut -c1-16)
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
    find "$demo_cache" -maxdepth 1 -name 'golden-*.raw' -printf '%T@ %p\n' | sort -rn | tail -n +7 | cut -d' ' -f2- | xargs -r rm -f
  fi
  exec {lock}>&-
  echo "$image"
}

demo_boots() {
  local disk=$1 dir=$2 most=$3 boot number
  number=$(grep -c . "$dir/boots.tsv" 2>/dev/null) || number=0
  DEMO_REBOOTS=0
  for ((boot = 1; boot <= most; boot++)); do
    DEMO_LAST=boot-$((++number))
    vm_boot "$disk" "$dir" "$DEMO_LAST" || true
    printf '%s\t%s\t%s\n' "$DEMO_LAST" "$VM_END" "$VM_SECONDS" >> "$dir/boots.tsv"
    demo_say "$DEMO_LAST ended after ${VM_SECONDS}s: $VM_END"
    case $VM_END in
      poweroff) return 0 ;;
      reboot)   DEMO_REBOOTS=$((DEMO_REBOOTS + 1)) ;;
      *)        demo_say "the serial line is in $dir/$DEMO_LAST.serial.log; its end:"; tail -n 15 "$dir/$DEMO_LAST.serial.log" >&2; return 1 ;;
    esac
  done
  demo_say "still rebooting after $most boots"
  return 1
}

demo_compare() { diff "$1/$2/state.txt" "$1/$3/state.txt"; }
