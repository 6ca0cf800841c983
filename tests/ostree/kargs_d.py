#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kargs_d.py OLD-IMAGE NEW-IMAGE LINE: the line that bootc gives a new deployment.

After bootc 1.16, crates/lib/src/bootc_kargs.rs: Config and parse_kargs_toml (unknown keys are errors, architectures by
Rust's names), get_kargs_in_root (files *.toml by name), compute_apply_kargs_diff; and Cmdline's add and remove_exact.
"""
import pathlib
import platform
import sys
import tomllib


def split(text):
    """At white space outside of double quotes."""
    words, word, quoted = [], "", False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char.isspace() and not quoted:
            words += [word] if word else []
            word = ""
        else:
            word += char
    return words + ([word] if word else [])


def meaning(word):
    """Without the outer quotes; '-' in a key is '_'."""
    word = word.removeprefix('"').removesuffix('"')
    key, equals, value = word.partition("=")
    return key.replace("-", "_"), equals, value.removeprefix('"')


def add(line, words):
    for word in words:
        if all(meaning(word) != meaning(other) for other in line):
            line.append(word)
    return line


def image_kargs(image):
    line = []
    folder = pathlib.Path(image) / "usr/lib/bootc/kargs.d"
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        config = tomllib.loads(path.read_text())
        unknown = config.keys() - {"kargs", "match-architectures"}
        if unknown or not all(isinstance(word, str) for word in config["kargs"]):
            sys.exit(f"{path}: unknown field {unknown}, or an argument that is no text")
        if platform.machine() in config.get("match-architectures", [platform.machine()]):
            add(line, split(" ".join(config["kargs"])))
    return line


def main():
    old, new = map(image_kargs, sys.argv[1:3])
    line = split(sys.argv[3])
    gone = [meaning(word) for word in old if meaning(word) not in map(meaning, new)]
    line = [word for word in line if meaning(word) not in gone]
    print(" ".join(add(line, [word for word in new if meaning(word) not in list(map(meaning, old))])))


main()
