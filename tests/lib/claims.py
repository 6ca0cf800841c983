# SPDX-License-Identifier: GPL-2.0-or-later
"""A test in Python is a row of claims: claim() counts each and says whether it holds; verdict() ends the test.

A shell test has the same in claims.sh."""
import re
import sys

made = 0
failed = 0
# Only what does not hold is printed: for a test with thousands of claims.
quiet = False


class Failed(Exception):
    """A case cannot go on: the machine is not where the rest of the case needs it."""


def claim(text, holds, seen=""):
    """Says that something holds, or that it does not, with `seen` beside it. A failed claim fails the test at its end.

    `holds` is a value, or a function that gives it: there a missing file or key counts as "does not hold"."""
    global made, failed
    if callable(holds):
        try:
            holds = holds()
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as why:
            holds, seen = False, f"{type(why).__name__}: {why}"
    made += 1
    if holds:
        if not quiet:
            print(f"ok: {text}", flush=True)
    else:
        failed += 1
        print(f"FAILED: {text}{f'   [{shown(seen)}]' if seen != '' else ''}", flush=True)
    return bool(holds)


def shown(seen):
    """What was seen, so that no byte of it acts on a terminal, and no more than a screen of it."""
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", lambda odd: repr(odd[0])[1:-1], str(seen))
    return text if len(text) < 4000 else f"{text[:4000]} ..."


def demand(text, holds, seen=""):
    """A claim without which the rest of its case means nothing."""
    if not claim(text, holds, seen):
        raise Failed(f"{text}{f': {seen}' if seen != '' else ''}")


def failed_so_far():
    """How many claims have failed, for a test that wants to know whether one of a case's did."""
    return failed


def verdict(name, evidence=""):
    """The end of a test: the counts, and exit code 1 where a claim failed."""
    print(f"{name}: {made} claims, {failed} failed{f'; evidence in {evidence}' if evidence else ''}", flush=True)
    sys.exit(1 if failed or not made else 0)
