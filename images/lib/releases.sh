# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. The Debian releases of golden images, from the table images/golden/releases.
#   release_of NAME CALLER  sets release (its name in the table), release_suite, release_backports, release_expires and
#                           release_libc; NAME is a name or a code name. Says which names there are, and fails, where
#                           there is no such release

release_table=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")/golden/releases

release_of() {
  local name=$1 code names=''
  # shellcheck disable=SC2034  # for the caller
  while read -r release code release_suite release_backports release_expires release_libc; do
    [[ $name != "$release" && $name != "$code" ]] || return 0
    names+=", $release"
    [[ $code == "$release" ]] || names+=" ($code)"
  done < <(grep -vE '^(#|$)' "$release_table")
  echo "$2: no release '$name'; there are: ${names#, }" >&2
  return 1
}
