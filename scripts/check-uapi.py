#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that spec, uapi header and, with --policy, the loaded module agree.

Without options: every number and name that include/uapi/specs/sehub.yaml
implies is in include/uapi/linux/sehub.h with that value, nothing else is, and
everything in the spec is documented. Needs neither network nor generator.

With --policy: the family of the running kernel is asked for its commands,
multicast groups and policies (CTRL_CMD_GETPOLICY), which must be those of the
spec: for each command exactly its request attributes, with their types, ranges
and lengths. Needs the module, not root.

Output is TAP; exit status 1 if something does not agree, 4 if there is no such
family to ask.
"""

import argparse
import os
import re
import socket
import struct
import sys

import yaml

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SPEC = os.path.join(TOP, "include/uapi/specs/sehub.yaml")
HEADER = os.path.join(TOP, "include/uapi/linux/sehub.h")

INT_BITS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64}


class Tap:
    """Results, one a line, with what is wrong behind each."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, name, problems):
        self.count += 1
        if problems:
            self.failed += 1
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name}")
        for problem in problems:
            print(f"# {problem}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def c_name(*words):
    return "_".join(words).upper().replace("-", "_")


def dashed(*words):
    """A prefix from the spec ends with the dash already."""
    return "-".join(word.rstrip("-") for word in words)


# --- what the spec says -----------------------------------------------------

class Spec:
    """The parts of the spec that have names and numbers."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.yaml = yaml.safe_load(file)
        self.name = self.yaml["name"]
        self.version = self.yaml.get("version", 1)
        self.consts = {}
        self.enums = {}
        for definition in self.yaml["definitions"]:
            if definition["type"] == "const":
                self.consts[definition["name"]] = definition["value"]
            else:
                self.enums[definition["name"]] = enum_values(definition)
        self.sets = {s["name"]: numbered(s["attributes"])
                     for s in self.yaml["attribute-sets"]}
        self.ops = numbered(self.yaml["operations"]["list"])
        self.groups = [g["name"] for g in self.yaml["mcast-groups"]["list"]]

    def set_prefix(self, attr_set):
        return attr_set.get("name-prefix",
                            dashed(self.name, "a", attr_set["name"]))

    def number(self, value):
        """A limit: a number, or the name of a constant."""
        return value if isinstance(value, int) else self.consts[value]

    def expected(self):
        """Name and value of everything that the header must define."""
        names = {c_name(self.name, "family-name"): self.name,
                 c_name(self.name, "family-version"): self.version}
        for name, value in self.consts.items():
            names[c_name(self.name, name)] = value
        for enum, values in self.enums.items():
            for name, value in values.items():
                names[c_name(self.name, enum, name)] = value
        for attr_set in self.yaml["attribute-sets"]:
            prefix = self.set_prefix(attr_set)
            add_numbered(names, prefix, self.sets[attr_set["name"]])
        add_numbered(names, dashed(self.name, "cmd"), self.ops)
        for group in self.groups:
            names[c_name(self.name, "mcgrp", group)] = group
        return names


def enum_values(definition):
    """Names and values of an enum or of flags."""
    value = definition.get("value-start", 0)
    values = {}
    for entry in definition["entries"]:
        if isinstance(entry, str):
            entry = {"name": entry}
        value = entry.get("value", value)
        is_flags = definition["type"] == "flags"
        values[entry["name"]] = 1 << value if is_flags else value
        value += 1
    return values


def numbered(entries):
    """Attributes or operations by name, each with its number."""
    value = 1
    result = {}
    for entry in entries:
        value = entry.get("value", value)
        result[entry["name"]] = dict(entry, number=value)
        value += 1
    return result


def add_numbered(names, prefix, entries):
    prefix = prefix.rstrip("-")
    last = 0
    for name, entry in entries.items():
        names[c_name(prefix, name)] = last = entry["number"]
    names["__" + c_name(prefix, "max")] = last + 1
    names[c_name(prefix, "max")] = last


def undocumented(spec):
    """What has no doc in the spec; padding needs none."""
    tops = ["definitions", "attribute-sets"]
    found = [d for top in tops for d in spec.yaml[top]]
    found += [e for d in spec.yaml["definitions"]
              for e in d.get("entries", [])]
    found += [a for s in spec.yaml["attribute-sets"]
              for a in s["attributes"] if a["type"] != "pad"]
    found += spec.yaml["operations"]["list"]
    return [f"{entry['name']}: no doc" for entry in found
            if not entry.get("doc")]


def dangling(spec):
    """References to attribute sets, attributes and enums that are not there."""
    problems = []
    for attr_set in spec.yaml["attribute-sets"]:
        for attr in attr_set["attributes"]:
            where = f"{attr_set['name']}/{attr['name']}"
            if attr.get("enum", next(iter(spec.enums))) not in spec.enums:
                problems.append(f"{where}: no enum {attr['enum']}")
            if attr["type"] == "nest" and \
                    attr["nested-attributes"] not in spec.sets:
                problems.append(f"{where}: no such set of attributes")
    for name, op in spec.ops.items():
        if "notify" in op:
            if op["notify"] not in spec.ops:
                problems.append(f"{name}: no command {op['notify']}")
            if op.get("mcgrp") not in spec.groups:
                problems.append(f"{name}: no group {op.get('mcgrp')}")
            continue
        for attr in op_attributes(op, "request") | op_attributes(op, "reply"):
            if attr not in spec.sets[op["attribute-set"]]:
                problems.append(f"{name}: no attribute {attr}")
    return problems


def op_attributes(op, what):
    """Names of the outer attributes of a command's requests or replies."""
    names = set()
    for mode in ("do", "dump"):
        names |= set(op.get(mode, {}).get(what, {}).get("attributes", []))
    return names


# --- what the header says ---------------------------------------------------

def parse_header(path):
    """Names that the header defines, with their values."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    names = {}
    for name, value in re.findall(r"^#define\s+(\w+)[ \t]+(\S+)$", text, re.M):
        names[name] = value.strip('"') if value[0] == '"' else int(value, 0)
    for body in re.findall(r"\benum\b[^{;]*\{(.*?)\}", text, re.S):
        value = -1
        for item in filter(None, map(str.strip, body.split(","))):
            name, _, given = map(str.strip, item.partition("="))
            value = evaluate(given, names) if given else value + 1
            names[name] = value
    return names


def evaluate(text, names):
    """A number, or "(NAME - number)"."""
    match = re.fullmatch(r"\(?(\w+)(?:\s*-\s*(\d+))?\)?", text)
    if not match:
        raise ValueError(f"cannot evaluate {text!r}")
    word, minus = match.groups()
    base = names[word] if word in names else int(word, 0)
    return base - int(minus or 0)


def compare_names(want, got):
    problems = [f"{name} is missing" for name in want if name not in got]
    problems += [f"{name} is not in the spec" for name in got
                 if name not in want]
    problems += [f"{name} is {got[name]!r}, not {value!r}"
                 for name, value in want.items()
                 if name in got and got[name] != value]
    return problems


# --- what the kernel says ---------------------------------------------------

NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY = 3, 10
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_VERSION = 1, 2, 3
CTRL_ATTR_OPS, CTRL_ATTR_MCAST_GROUPS = 6, 7
CTRL_ATTR_POLICY, CTRL_ATTR_OP_POLICY = 8, 9
ADMIN_PERM, CAP_DO, CAP_DUMP, HAS_POLICY, UNS_ADMIN_PERM = 1, 2, 4, 8, 16

# include/uapi/linux/netlink.h: enum netlink_attribute_type, and that of the
# attributes that describe a policy
KINDS = ("invalid flag u8 u16 u32 u64 s8 s16 s32 s64 binary string "
         "nul-string nested nested-array bitfield32 sint uint").split()
POLICY_ATTRS = ("", "type", "min-s", "max-s", "min", "max", "min-len",
                "max-len", "policy", "maxtype", "bitfield32-mask", "pad",
                "mask")


def attrs(data):
    """Attributes as a list of type and value."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            break
        found.append((kind & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


def number(value):
    return int.from_bytes(value, sys.byteorder)


class Genl:
    """A generic netlink socket that asks the controller about one family."""

    def __init__(self, family):
        self.family = family
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.settimeout(10)
        self.sock.bind((0, 0))
        self.seq = 0

    def ask(self, cmd, dump):
        """The attributes of each answer."""
        name = self.family.encode() + b"\0"
        attr = struct.pack("=HH", 4 + len(name), CTRL_ATTR_FAMILY_NAME) + name
        body = struct.pack("=BBH", cmd, 2, 0) + attr + bytes(-len(name) % 4)
        flags = NLM_F_REQUEST | (NLM_F_DUMP if dump else 0)
        self.seq += 1
        self.sock.send(struct.pack("=IHHII", 16 + len(body), GENL_ID_CTRL,
                                   flags, self.seq, 0) + body)
        answers = []
        while True:
            more, done = self.receive()
            answers += more
            if done or not dump:
                return answers

    def receive(self):
        data = self.sock.recv(1 << 17)
        answers = []
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_ERROR:
                code = -struct.unpack_from("=i", data, 16)[0]
                if code:
                    raise OSError(code, os.strerror(code))
            if kind == NLMSG_DONE:
                return answers, True
            answers.append(attrs(data[20:length]))
            data = data[(length + 3) & ~3:]
        return answers, False


class Family:
    """What a running kernel knows of the family."""

    def __init__(self, name):
        genl = Genl(name)
        self.ops = {}
        self.groups = []
        self.version = None
        self.op_policy = {}
        self.policies = {}
        for kind, value in genl.ask(CTRL_CMD_GETFAMILY, False)[0]:
            if kind == CTRL_ATTR_VERSION:
                self.version = number(value)
            if kind == CTRL_ATTR_OPS:
                for _, op in attrs(value):
                    op = dict(attrs(op))
                    self.ops[number(op[1])] = number(op[2])
            if kind == CTRL_ATTR_MCAST_GROUPS:
                self.groups = [dict(attrs(group))[1].rstrip(b"\0").decode()
                               for _, group in attrs(value)]
        for answer in genl.ask(CTRL_CMD_GETPOLICY, True):
            self.read_policy(answer)

    def read_policy(self, answer):
        for kind, value in answer:
            if kind == CTRL_ATTR_OP_POLICY:
                for cmd, modes in attrs(value):
                    self.op_policy.setdefault(cmd, {}).update(
                        {mode: number(index) for mode, index in attrs(modes)})
            if kind == CTRL_ATTR_POLICY:
                for index, entries in attrs(value):
                    policy = self.policies.setdefault(index, {})
                    for attr, entry in attrs(entries):
                        policy[attr] = policy_entry(entry)


def policy_entry(data):
    entry = {POLICY_ATTRS[kind]: number(value) for kind, value in attrs(data)
             if kind < len(POLICY_ATTRS)}
    entry["type"] = KINDS[entry["type"]]
    return entry


def check_ops(spec, family):
    """Commands with their handlers and permissions."""
    problems = []
    numbers = {op["number"]: name for name, op in spec.ops.items()
               if "notify" not in op and "event" not in op}
    problems += [f"{numbers[n]}: not in the kernel" for n in numbers
                 if n not in family.ops]
    problems += [f"command {n}: not in the spec" for n in family.ops
                 if n not in numbers]
    for value, flags in family.ops.items():
        if value not in numbers:
            continue
        name = numbers[value]
        op = spec.ops[name]
        for mode, bit in (("do", CAP_DO), ("dump", CAP_DUMP)):
            if (mode in op) != bool(flags & bit):
                problems.append(f"{name}: {mode} in one only")
        admin = bool(flags & (ADMIN_PERM | UNS_ADMIN_PERM))
        if admin != ("admin-perm" in op.get("flags", [])):
            problems.append(f"{name}: admin-perm in one only")
        if op_attributes(op, "request") and not flags & HAS_POLICY:
            problems.append(f"{name}: no policy")
    return problems


class PolicyCheck:
    """Compares one command's policy with the spec."""

    def __init__(self, spec, family):
        self.spec = spec
        self.family = family
        self.problems = []

    def command(self, name):
        op = self.spec.ops[name]
        want = op_attributes(op, "request")
        for mode, index in self.family.op_policy.get(op["number"], {}).items():
            where = f"{'' if mode == 1 else 'dump '}"
            self.level(where, op["attribute-set"], index, want)
        if not self.family.op_policy.get(op["number"]) and want:
            self.problems.append("no policy")
        return self.problems

    def level(self, where, set_name, index, want, above=()):
        """One set of attributes; inside of nests, any part of the set."""
        by_number = {a["number"]: n for n, a in self.spec.sets[set_name].items()}
        policy = self.family.policies.get(index, {})
        for value in policy:
            if value not in by_number:
                self.problems.append(f"{where}{set_name}: attribute {value} "
                                     "is not in the spec")
        have = {by_number[value]: entry for value, entry in policy.items()
                if value in by_number}
        if want is not None:
            for attr in sorted(want ^ set(have)):
                side = "the kernel" if attr in want else "the spec's request"
                self.problems.append(f"{where}{attr}: not in {side}")
        for attr, entry in have.items():
            self.attribute(f"{where}{attr}", self.spec.sets[set_name][attr],
                           entry, above + (index,))

    def attribute(self, where, attr, entry, above):
        kind = attr["type"]
        if kind == "nest":
            if entry["type"] != "nested" or "policy" not in entry:
                self.problems.append(f"{where}: not a nest with a policy")
            elif entry["policy"] not in above:
                self.level(f"{where}/", attr["nested-attributes"],
                           entry["policy"], None, above)
            return
        allowed = {"string": ("string", "nul-string")}.get(kind, (kind,))
        if entry["type"] not in allowed:
            self.problems.append(f"{where}: {entry['type']}, not {kind}")
        elif kind in INT_BITS:
            self.integer(where, attr, entry)
        elif kind in ("string", "binary"):
            self.length(where, attr, entry)

    def differ(self, where, what, got, want):
        if got != want:
            self.problems.append(f"{where}: {what} {got}, not {want}")

    def integer(self, where, attr, entry):
        checks = attr.get("checks", {})
        low, high = 0, (1 << INT_BITS[attr["type"]]) - 1
        if "enum" in attr:
            values = self.spec.enums[attr["enum"]].values()
            if attr.get("enum-as-flags"):
                self.differ(where, "mask", entry.get("mask"), sum(values))
                return
            low, high = min(values), max(values)
        low = self.spec.number(checks.get("min", low))
        high = self.spec.number(checks.get("max", high))
        self.differ(where, "minimum", entry.get("min"), low)
        self.differ(where, "maximum", entry.get("max"), high)

    def length(self, where, attr, entry):
        checks = attr.get("checks", {})
        exact = checks.get("exact-len")
        low = self.spec.number(checks.get("min-len", exact or 0))
        high = checks.get("max-len", exact)
        high = None if high is None else self.spec.number(high)
        self.differ(where, "shortest", entry.get("min-len", 0), low)
        self.differ(where, "longest", entry.get("max-len"), high)


def check_policy(spec, tap):
    try:
        family = Family(spec.name)
    except FileNotFoundError:
        print(f"1..0 # SKIP no generic netlink family {spec.name}")
        sys.exit(4)
    tap.result("version of the family",
               [] if family.version == spec.version else
               [f"{family.version}, not {spec.version}"])
    tap.result("multicast groups of the family",
               [] if sorted(family.groups) == sorted(spec.groups) else
               [f"{family.groups}, not {spec.groups}"])
    tap.result("commands of the family", check_ops(spec, family))
    for name, op in spec.ops.items():
        if "notify" not in op and "event" not in op:
            tap.result(f"policy of {name}",
                       PolicyCheck(spec, family).command(name))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", action="store_true",
                        help="ask the running kernel")
    parser.add_argument("--spec", default=SPEC)
    parser.add_argument("--header", default=HEADER)
    args = parser.parse_args()

    spec = Spec(args.spec)
    tap = Tap()
    if args.policy:
        check_policy(spec, tap)
    else:
        tap.result("everything in the spec is documented", undocumented(spec))
        tap.result("everything that the spec refers to is in it",
                   dangling(spec))
        tap.result("the header has what the spec implies",
                   compare_names(spec.expected(), parse_header(args.header)))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
