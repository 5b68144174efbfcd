#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare selftests/syzkaller/sehub.txt with the netlink contract.

Every command of include/uapi/specs/sehub.yaml must be described with the outer
attributes of its requests, every set of attributes with all of its attributes,
every enum with all of its entries, each attribute as a nest of the right set,
with the right flags or with a number of the right size; and the attributes of
links with all that include/uapi/linux/sehub_link.h has. What is described must
be there. Output: what is wrong, one line each; exit status 1 if something is.
"""

import importlib.util
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
TEXT = os.path.join(TOP, "selftests/syzkaller/sehub.txt")
LINK = os.path.join(TOP, "include/uapi/linux/sehub_link.h")

sys.dont_write_bytecode = True


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


uapi = load("check_uapi", os.path.join(TOP, "scripts/check-uapi.py"))


class Description:
    """What the file says: calls, unions and lists of flags."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"^#.*\n", "", file.read(), flags=re.M)
        self.calls = dict(re.findall(
            r"^sendmsg\$(SEHUB_CMD_\w+)\(.*?\[SEHUB_CMD_\w+, (\w+)\]",
            text, re.M))
        # the command in a call's name is the one that it sends
        self.crossed = [name for name, sent in re.findall(
            r"^sendmsg\$(SEHUB_CMD_\w+)\(.*?\[(SEHUB_CMD_\w+),", text, re.M)
            if name != sent]
        self.unions = {}
        for name, body in re.findall(r"^(\w+) \[\n(.*?)^\]", text,
                                     re.M | re.S):
            self.unions[name] = [line.split(None, 1)
                                 for line in body.strip().split("\n")]
        self.flags = {name: set(re.split(r",\s*", values)) for name, values
                      in re.findall(r"^(\w+) = (.*)$", text, re.M)}


def differ(what, want, got):
    problems = [f"{what}: {name} is missing" for name in sorted(want - got)]
    return problems + [f"{what}: {name} is not in the contract"
                       for name in sorted(got - want)]


def lower(*words):
    return uapi.c_name(*words).lower()


class Check:
    """Compares the description with the contract."""

    def __init__(self, spec, text):
        self.spec = spec
        self.text = text
        self.problems = [f"{name}: sends another command"
                         for name in text.crossed]
        self.prefix = {s["name"]: spec.set_prefix(s).rstrip("-")
                       for s in spec.yaml["attribute-sets"]}

    def run(self):
        ops = {uapi.c_name(self.spec.name, "cmd", name): op
               for name, op in self.spec.ops.items()
               if "do" in op or "dump" in op}
        self.problems += differ("commands", set(ops), set(self.text.calls))
        inner = set()
        for name, op in ops.items():
            if name not in self.text.calls:
                continue
            inner.add(op["attribute-set"])
            self.union(self.text.calls[name], op["attribute-set"],
                       uapi.op_attributes(op, "request"))
        for name, attrs in self.spec.sets.items():
            if name not in inner:
                self.union(lower(self.spec.name, name), name, set(attrs))
        for name, values in self.spec.enums.items():
            self.enum(name, values)
        self.links()
        return self.problems

    def union(self, union, set_name, wanted):
        if union not in self.text.unions:
            self.problems.append(f"{union} is missing")
            return
        attrs = {uapi.c_name(self.prefix[set_name], name): attr
                 for name, attr in self.spec.sets[set_name].items()
                 if name in wanted and attr["type"] != "pad"}
        got = self.text.unions[union]
        self.problems += differ(union, set(attrs), {name for name, _ in got})
        for name, text in got:
            why = name in attrs and self.attribute(name, attrs[name], text)
            if why:
                self.problems.append(f"{union}: {name} is not {why}")

    def attribute(self, name, attr, text):
        """What the attribute should be and is not, or None."""
        if attr["type"] == "nest":
            want = lower(self.spec.name, attr["nested-attributes"])
            want = f"nlnest[{name}, array[{want}]]"
            return None if text == want else want
        match = re.fullmatch(r"nlattr\[(\w+), (.*)\]", text)
        if not match or match.group(1) != name:
            return f"nlattr[{name}, ...]"
        if "enum" in attr:
            want = f"flags[{lower(self.spec.name, attr['enum'])}, "
            return None if match.group(2).startswith(want) else want + "..."
        bits = uapi.INT_BITS.get(attr["type"])
        number = re.match(r"(?:flags\[\w+, )?int(\d+)\b", match.group(2))
        # other words are resources, which have sizes of their own
        if bits and number and int(number.group(1)) != bits:
            return f"of {bits} bits"
        if not bits and number:
            return attr["type"]
        return None

    def enum(self, name, values):
        want = {uapi.c_name(self.spec.name, name, value) for value in values}
        self.problems += differ(lower(self.spec.name, name), want,
                                self.text.flags.get(
                                    lower(self.spec.name, name), set()))

    def links(self):
        with open(LINK, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        want = set(re.findall(r"\bIFLA_SEHUB_\w+", text)) - {
            "IFLA_SEHUB_UNSPEC", "IFLA_SEHUB_MAX"}
        got = self.text.unions.get("sehub_link", [])
        self.problems += differ("sehub_link", want, {n for n, _ in got})


def main():
    spec = uapi.Spec(sys.argv[1] if len(sys.argv) > 1 else uapi.SPEC)
    problems = Check(spec, Description(TEXT)).run()
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
