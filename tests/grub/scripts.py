# SPDX-License-Identifier: GPL-2.0-or-later
"""Random scripts in GRUB's language, the same for the same seed. What they print begins with @@."""
import random
import re

NAMES = ["a", "b", "c", "d", "lst"]
PLAIN = ["x", "foo", "ro", "1", "2", "root=/dev/sda", "--", "isolcpus=1-3", "q.r", "a,b", "-n", "7"]
SINGLE = ["a b", "", "x$a", 'it"s', "\\", "; {"]
DOUBLE = ["a b", "", "$a", "${b}x", "\\$a", '\\"q\\"', "\\n", "a\\b", "  ", "$lst", "$nosuch"]
ESCAPED = ["\\ ", "\\$", "\\\\", '\\"', "\\'", "\\;", "\\n"]
VALUES = ["", "1", "x", '"a b"', "' a  b '", '"$a"', "$b", "${lst}y", '"$c $d"', '"1 2 3"', "\\$", "0x10", "010", "w"]


class Script:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.entries = 0

    def choice(self, *of):
        return self.random.choice(of[0] if len(of) == 1 and isinstance(of[0], list) else of)

    def chance(self, share):
        return self.random.random() < share

    def add(self, indent, line):
        self.lines.append("  " * indent + line)

    def piece(self):
        kind = self.random.randrange(12)
        name = self.choice(NAMES)
        if kind < 3:
            return self.choice(PLAIN)
        if kind == 3:
            return f"'{self.choice(SINGLE)}'"
        if kind == 4:
            return f'"{self.choice(DOUBLE)}"'
        if kind < 7:
            return f"${name}"
        if kind == 7:
            return f"${{{name}}}"
        if kind == 8:
            return self.choice(ESCAPED)
        if kind == 9:
            return "$nosuch"
        if kind == 10:
            return self.choice("$@", "$1")
        return self.choice("y", "z=", "#")

    def word(self):
        return "".join(self.piece() for _ in range(self.choice(1, 1, 1, 2, 3)))

    def words(self, most=3):
        return " ".join(self.word() for _ in range(self.random.randrange(most + 1)))

    def condition(self):
        one, other = self.choice(NAMES), self.choice(NAMES)
        value = self.choice("", "1", "x", "a b")
        file = self.choice("grub.cfg", "nosuch", "other.cfg", "empty")
        return self.choice(
            f'[ "${one}" = "{value}" ]', f'[ -n "${one}" ]', f'[ -z "${one}" ]', f"[ ${one} ]",
            f'[ "${one}" -eq "${other}" ]', f'[ "${one}" -lt {self.random.randrange(20)} ]',
            f'[ ( "${one}" = 1 -o "${other}" = x ) -a ! -z "${one}" ]',
            f"[ -f $prefix/{file} ]", f"[ -s $prefix/{file} ]", "true", "false",
            f'test "${one}" != "${other}"', f'! [ "${one}" ]', f'[ "${one}" "<" "${other}" ]',
            f'[ v-{self.choice("2", "11", "3")} -pgt v-{self.choice("2", "11", "x")} ]',
            f'[ -e $prefix/empty -a "${one}" ]', f'[ ! "${one}" = x -o ${other} ]')

    def statements(self, depth, indent, loop=False, count=None):
        for _ in range(count or self.random.randrange(1, 5)):
            self.statement(depth, indent, loop)

    def statement(self, depth, indent, loop):
        kind = self.random.randrange(18)
        if kind < 5:
            self.add(indent, f"set {self.choice(NAMES)}={self.choice(VALUES)}")
        elif kind == 5:
            self.add(indent, f"{self.choice(NAMES)}={self.choice(VALUES)}")
        elif kind == 6:
            self.add(indent, f"unset {self.choice(NAMES)}")
        elif kind == 7:
            self.add(indent, f"export {self.choice(NAMES)}")
        elif kind < 11:
            self.add(indent, f'echo "@@{self.random.randrange(1000)}" {self.words()}')
        elif kind < 13 and depth < 3:
            self.branches(depth, indent, loop)
        elif kind == 13 and depth < 2:
            self.add(indent, f"for i in {self.words(4)}; do")
            self.add(indent + 1, 'echo "@@i" "$i"')
            self.statements(depth + 1, indent + 1, True)
            self.add(indent, "done")
        elif kind == 14 and depth < 2:
            self.loop(depth, indent)
        elif kind == 15:
            self.add(indent, f"f{self.random.randrange(3)} {self.words()}")
        elif kind == 16:
            self.add(indent, self.choice(
                f"nosuchcommand {self.words()}", "load_env", "load_env a b", "load_env --file $prefix/nosuch c",
                "source $prefix/other.cfg", ". $prefix/nosuch", "setparams x y", "shift",
                f'eval "set a=ev{self.random.randrange(9)}"'))
        elif kind == 17 and loop:
            self.add(indent, f"if {self.condition()}; then {self.choice('break', 'continue')}; fi")
        else:
            self.add(indent, f'echo "@@${self.choice(NAMES)}" "$?" "$#"')

    def branches(self, depth, indent, loop):
        self.add(indent, f"if {self.condition()}; then")
        self.statements(depth + 1, indent + 1, loop)
        if self.chance(0.3):
            self.add(indent, f"elif {self.condition()} ; then")
            self.statements(depth + 1, indent + 1, loop)
        if self.chance(0.5):
            self.add(indent, "else")
            self.statements(depth + 1, indent + 1, loop)
        self.add(indent, "fi")

    def loop(self, depth, indent):
        name = f"n{self.random.randrange(10 ** 6)}"
        self.add(indent, f"set {name}=")
        self.add(indent, f'while [ "${name}" != "xxx" ]; do')
        self.add(indent + 1, f'set {name}="x${name}"')
        self.statements(depth + 1, indent + 1, True)
        self.add(indent, "done")

    def function(self, number):
        self.add(0, f"function f{number} {{")
        self.add(1, f'echo "@@f{number}" "$#" "$1" "$@" "$*"')
        if self.chance(0.4):
            self.add(1, f"if {self.condition()}; then return {self.choice('', '1', '0')}; fi")
        begin = len(self.lines)
        self.statements(2, 1)
        # None calls another: they would not end.
        self.lines[begin:] = [re.sub(r"^(\s*)f[012]\b.*", r"\1true", line) for line in self.lines[begin:]]
        self.add(1, "true")
        self.add(0, "}")

    def entry(self, indent, depth):
        self.entries += 1
        me = self.entries
        option = self.choice("", f"--id id{me} ", f"--class x --id id{me} ", f"--id=id{me} ", "--unrestricted ")
        title = self.choice(f"'T {me}'", f'"T$a {me}"', f"'A > B {me}'", f"t{me}")
        if depth < 2 and self.chance(0.25):
            self.add(indent, f"submenu {title} {option}{{")
            self.statements(2, indent + 1, count=2)
            for _ in range(self.random.randrange(1, 4)):
                self.entry(indent + 1, depth + 1)
        else:
            self.add(indent, f"menuentry {title} {option}{{")
            self.add(indent + 1, f'echo "@@ENTRY {me}" "$1" "$chosen"')
            self.statements(1, indent + 1)
            self.add(indent + 1, f'echo "@@LINUX" {self.words(5)}')
            self.add(indent + 1, "halt")
        self.add(indent, "}")

    def text(self):
        for number in range(3):
            self.function(number)
        self.statements(0, 0, count=8)
        for _ in range(self.random.randrange(1, 5)):
            if self.chance(0.2):
                self.add(0, f"if {self.condition()}; then")
                self.entry(1, 0)
                self.add(0, "fi")
            else:
                self.entry(0, 0)
        some = self.random.randrange(1, self.entries + 2)
        chosen = self.choice("0", "1", "2", "9", "", f"id{some}", f"T {some}", "1>0", "0>1", "id2>id3",
                             f"A >> B {some}", f"t{some}", "$a")
        self.add(0, f'set default="{chosen}"')
        self.add(0, "set timeout=0")
        return "\n".join(self.lines) + "\n"


def script(seed):
    return Script(seed).text()


INSERTS = list(" \n;{}\"'\\$#|&<>[]!") + [
    "fi", "then", "\nfi\n", "done", "do ", "else", "elif true", "{ ", "}", ";;", "function x { true; }", "# it's\n",
    "#it's", "'\n'", "\\\n"]


def damaged(seed):
    """A script with up to three faults in it, or with none."""
    chance = random.Random(f"damage {seed}")
    text = script(seed)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(text))
        kind = chance.randrange(4)
        if kind == 0:
            text = text[:at] + text[at + chance.randrange(1, 20):]
        elif kind == 3 and at > 40:
            text = text[:at]
        else:
            text = text[:at] + chance.choice(INSERTS) + text[at:]
    return text
