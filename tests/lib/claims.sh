# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Source me. A shell test is a row of claims; a test in Python has the same in claims.py.
#   claim TEXT COMMAND...    counts it and says whether it holds: COMMAND succeeds. A failed claim fails the test at its
#                            end
#   says FILE ERE            a line of the file matches
#   counts N FILE ERE        N lines of the file match
#   verdict NAME [EVIDENCE]  ends the test: the counts, and exit code 1 where a claim failed
claims_made=0 claims_failed=0

claim() {
  local text=$1
  shift
  claims_made=$((claims_made + 1))
  if "$@" > /dev/null; then
    echo "ok: $text"
  else
    claims_failed=$((claims_failed + 1))
    # The first line of what was compared: it may be a whole document.
    echo "FAILED: $text   [${*%%$'\n'*}]"
  fi
}
says() { grep -qE -- "$2" "$1"; }
counts() { [[ $(grep -cE -- "$3" "$2") == "$1" ]]; }

verdict() {
  echo "$1: $claims_made claims, $claims_failed failed${2:+; evidence in $2}"
  [[ $claims_failed == 0 && $claims_made != 0 ]]
  exit
}
