# SPDX-License-Identifier: GPL-2.0-or-later
"""What the contract says of attributes, for nlfuzz.py.

Contract judges attributes of requests and of answers; Maker makes requests
that are right, and the changes that spoil them. Both know the specification
that they are given and nothing else.
"""

import importlib.util
import os
import re
import struct
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


uapi = load("check_uapi", os.path.join(TOP, "scripts/check-uapi.py"))

NESTED, TYPE_MASK = 0x8000, 0x3fff
# what validation and lack of memory answer, and no doc has to mention
COMMON_ERRORS = {"ERANGE", "EINVAL", "EOPNOTSUPP", "ENOMEM"}


# --- attributes -----------------------------------------------------------------

class Attr:
    """One attribute: a payload or attributes inside, and how it lies."""

    def __init__(self, set_name, name, spec, data=b"", inside=None):
        self.set_name = set_name
        self.name = name
        self.spec = spec
        self.number = spec["number"]
        self.data = data
        self.inside = inside
        self.flag = inside is not None
        self.claim = 0

    def encode(self):
        data = self.data if self.inside is None else encode(self.inside)
        kind = self.number | (NESTED if self.flag else 0)
        length = max(0, 4 + len(data) + self.claim) & 0xffff
        return struct.pack("=HH", length, kind) + data + bytes(-len(data) % 4)


def encode(attrs):
    return b"".join(attr.encode() for attr in attrs)


def walk(attrs):
    """All attributes with the list that each is in."""
    for attr in attrs:
        yield attrs, attr
        if attr.inside is not None:
            yield from walk(attr.inside)


# --- what the contract allows ------------------------------------------------------

class Contract:
    """Judges attributes in requests and in answers."""

    def __init__(self, path):
        self.spec = uapi.Spec(path)
        self.ops = {name: op for name, op in self.spec.ops.items()
                    if "do" in op or "dump" in op}
        self.by_number = {op["number"]: name
                          for name, op in self.spec.ops.items()}
        self.errors = set(re.findall(r"\bE[A-Z]{3,}\b",
                                     self.spec.yaml["doc"])) | COMMON_ERRORS

    def allowed(self, op):
        """Numbers of a request's outer attributes."""
        attrs = self.spec.sets[op["attribute-set"]]
        return {attrs[name]["number"]
                for name in uapi.op_attributes(op, "request")}

    def answered(self, name):
        """Numbers of the outer attributes of an answer or notification."""
        op = self.spec.ops[name]
        if "event" in op:
            names = op["event"]["attributes"]
            attrs = self.spec.sets[op["attribute-set"]]
        else:
            op = self.spec.ops[op.get("notify", name)]
            names = uapi.op_attributes(op, "reply")
            attrs = self.spec.sets[op["attribute-set"]]
        return op.get("attribute-set"), {attrs[n]["number"] for n in names}

    def bounds(self, spec):
        """Least and greatest value of a number, and the mask of flags."""
        checks = spec.get("checks", {})
        low, high = 0, (1 << uapi.INT_BITS[spec["type"]]) - 1
        if "enum" in spec:
            values = self.spec.enums[spec["enum"]].values()
            if spec.get("enum-as-flags"):
                return 0, high, sum(values)
            low, high = min(values), max(values)
        return (self.spec.number(checks.get("min", low)),
                self.spec.number(checks.get("max", high)), None)

    def lengths(self, spec):
        checks = spec.get("checks", {})
        exact = checks.get("exact-len")
        low = self.spec.number(checks.get("min-len", exact or 0))
        high = checks.get("max-len", exact)
        return low, None if high is None else self.spec.number(high)

    def fault(self, set_name, data, allowed=None, answer=False):
        """Why these attributes must not be, or None."""
        by_number = {a["number"]: (n, a)
                     for n, a in self.spec.sets[set_name].items()}
        while len(data) >= 4:
            length, kind = struct.unpack_from("=HH", data)
            if length < 4 or length > len(data):
                break
            number = kind & TYPE_MASK
            if number not in by_number:
                return f"{set_name}: unknown attribute {number}"
            name, spec = by_number[number]
            if allowed is not None and number not in allowed and \
                    not (answer and spec["type"] == "pad"):
                return f"{name} does not belong"
            why = self.attr_fault(spec, kind, data[4:length], answer)
            if why:
                return f"{set_name}/{name}: {why}"
            data = data[(length + 3) & ~3:]
        return f"{set_name}: bytes behind the attributes" if data else None

    def attr_fault(self, spec, kind, value, answer):
        if spec["type"] == "pad":
            return None if answer and not value else "padding"
        if (spec["type"] == "nest") != bool(kind & NESTED):
            return "flag for nests"
        if spec["type"] == "nest":
            return self.fault(spec["nested-attributes"], value, None, answer)
        if spec["type"] in uapi.INT_BITS:
            return self.int_fault(spec, value, answer)
        low, high = self.lengths(spec)
        if spec["type"] == "string":
            if b"\0" not in value[:None if high is None else high + 1]:
                return "not ended"
            value = value[:-1] if value[-1:] == b"\0" else value
        if len(value) < low or (high is not None and len(value) > high):
            return f"{len(value)} bytes"
        return None

    def int_fault(self, spec, value, answer):
        if len(value) != uapi.INT_BITS[spec["type"]] // 8:
            return f"{len(value)} bytes"
        low, high, mask = self.bounds(spec)
        value = uapi.number(value)
        if mask is not None:
            return f"flags {value:#x}" if value & ~mask else None
        # limits are for requests; what an answer may be, its enum says
        if answer and "enum" not in spec:
            return None
        return None if low <= value <= high else f"value {value}"


# --- making requests ---------------------------------------------------------------

class Maker:
    """Right requests, and changes that make them wrong."""

    def __init__(self, contract, family, rng):
        self.contract = contract
        self.family = family
        self.rng = rng
        self.seen = {}

    def learn(self, set_name, data):
        """Values of an answer are good for requests."""
        sets = self.contract.spec.sets
        by_number = {a["number"]: (n, a) for n, a in sets[set_name].items()}
        for number, value in uapi.attrs(data):
            name, spec = by_number.get(number, (None, None))
            if name and spec["type"] == "nest":
                self.learn(spec["nested-attributes"], value)
            elif name and len(value) < 400:
                for key in ((set_name, name), spec["type"]):
                    values = self.seen.setdefault(key, [])
                    if value not in values:
                        values.append(value)
                        del values[:-30]

    def value(self, set_name, name, spec):
        """A value that the contract allows, mostly one that was seen."""
        rng = self.rng
        pool = self.seen.get((set_name, name)) or self.seen.get(spec["type"])
        if pool and rng.random() < 0.7:
            value = rng.choice(pool[-8:])
            if not self.contract.attr_fault(spec, 0, value, False):
                return value
        if spec["type"] in uapi.INT_BITS:
            low, high, mask = self.contract.bounds(spec)
            number = rng.choice((low, high, rng.randint(low, high),
                                 min(high, low + rng.randint(0, 300))))
            if mask is not None:
                number = rng.getrandbits(32) & mask
            return self.integer(spec, number)
        low, high = self.contract.lengths(spec)
        high = 300 if high is None else high
        if spec["type"] == "string":
            length = rng.randint(max(low, 1), min(high, 12))
            return bytes(rng.choices(b"abcdefgh123", k=length)) + b"\0"
        length = rng.choice((low, high, rng.randint(low, min(high, 400))))
        return rng.randbytes(length)

    @staticmethod
    def integer(spec, number):
        size = uapi.INT_BITS[spec["type"]] // 8
        return (number % (1 << 8 * size)).to_bytes(size, sys.byteorder)

    def attrs(self, set_name, wanted, policy, share):
        """Attributes of a set, each with some probability. Which of a nest's
        the command takes is not in the contract: the kernel is asked."""
        found = []
        for name, spec in self.contract.spec.sets[set_name].items():
            entry = None if policy is None else policy.get(spec["number"])
            if spec["type"] == "pad" or self.rng.random() > share or \
                    (wanted is not None and name not in wanted) or \
                    (wanted is None and policy is not None and not entry):
                continue
            if spec["type"] == "nest":
                inner = None
                if entry and "policy" in entry:
                    inner = self.family.policies.get(entry["policy"])
                found.append(Attr(set_name, name, spec, inside=self.attrs(
                    spec["nested-attributes"], None, inner, share)))
                continue
            found.append(Attr(set_name, name, spec,
                              self.value(set_name, name, spec)))
        return found

    def request(self, op, share):
        index = next(iter(self.family.op_policy.get(op["number"],
                                                    {}).values()), None)
        return self.attrs(op["attribute-set"],
                          uapi.op_attributes(op, "request"),
                          self.family.policies.get(index), share)

    def mutants(self, attr):
        """Payloads that an attribute may get, right and wrong ones."""
        rng, spec = self.rng, attr.spec
        data = attr.encode()[4:4 + len(attr.data)] if attr.inside is None \
            else encode(attr.inside)
        found = [b"", data[:-1], data[:1], data + b"\0", data * 2,
                 data + bytes(4), rng.randbytes(len(data)), b"\xff" * 4,
                 rng.randbytes(rng.randint(0, 40)), bytes(8), bytes(60000)]
        if spec["type"] in uapi.INT_BITS:
            low, high, mask = self.contract.bounds(spec)
            numbers = {low - 1, low, high, high + 1, -1, 0}
            if "enum" in spec:
                numbers |= set(
                    self.contract.spec.enums[spec["enum"]].values())
            if mask is not None:
                numbers |= {mask, mask + 1, mask << 1}
            found += [self.integer(spec, n) for n in sorted(numbers)]
        elif spec["type"] in ("string", "binary"):
            low, high = self.contract.lengths(spec)
            for length in {low, low - 1, high, (high or 0) + 1} - {None, -1}:
                found += [b"a" * length, b"a" * length + b"\0",
                          rng.randbytes(length)]
        return found

    def changes(self, attrs, attr):
        """Ways to spoil one attribute in a request; each is made in place."""
        other = self.rng.choice(list(
            self.contract.spec.sets[attr.set_name].values()))
        last = max(a["number"] for a in
                   self.contract.spec.sets[attr.set_name].values())

        def put(payload):
            def change():
                attr.inside, attr.data = None, payload
            return f"payload of {len(payload)}", change

        def same(**what):
            return str(what), lambda: attr.__dict__.update(what)

        yield "missing", lambda: attrs.remove(attr)
        yield "repeated", lambda: attrs.append(attr)
        yield "repeated first", lambda: attrs.insert(0, Attr(
            attr.set_name, attr.name, attr.spec,
            self.rng.randbytes(len(attr.data))))
        for claim in (1, 4, 60000, -1, -4, -len(attr.data)):
            yield same(claim=claim)
        for number in (0, last + 1, TYPE_MASK, other["number"]):
            yield same(number=number)
        yield same(flag=not attr.flag)
        yield "nested in itself", lambda: self.bury(attr, 1)
        yield "nested deeply", lambda: self.bury(attr, 300)
        for payload in self.mutants(attr):
            yield put(payload)

    @staticmethod
    def bury(attr, depth):
        data = attr.encode()
        for _ in range(depth - 1):
            data = struct.pack("=HH", (4 + len(data)) & 0xffff,
                               attr.number | NESTED) + data
        attr.inside, attr.data, attr.flag = None, data, True
