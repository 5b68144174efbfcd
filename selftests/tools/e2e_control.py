#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Speaks to the daemon's control socket without sehubctl: a plain client of
varlink, and a strict reader of its interfaces.

usage: e2e_control.py SOCKET COMMAND ...

  describe                 read the interfaces that are served, name the methods
  registered SOURCES       compare them with what the daemon's sources register
  walk SOURCES NAME=VALUE...
                           call each method that changes nothing, with these
                           parameters where it wants some, and compare what it
                           answers with what is written; print the answers.
                           METHOD!ERROR: it cannot do it here, and says so
  denied SOURCES           every method that changes something is denied, the
                           others are not
  call METHOD [PARAMETERS [FLAG...]]
                           print the first answer; flags: more, oneway, upgrade
  read FILE                an interface in a file, whatever the socket is
  lines                    the same for lines METHOD PARAMETERS on standard
                           input, on one connection

A method without a dot is one of the daemon's own. Exit status 1: something is wrong; it is printed.
"""

import json
import pathlib
import re
import socket
import sys

SERVICE = "org.varlink.service"
OURS = "org.sehub.transportd"
SECONDS = 120


class Wrong(Exception):
    pass


def show(value):
    return json.dumps(value, separators=(",", ":"))


# --- interfaces ---------------------------------------------------------------

class Reader:
    """The grammar of https://varlink.org/Interface-Definition, to the letter."""

    INTERFACE = re.compile(r"[A-Za-z](-*[A-Za-z0-9])*"
                           r"(\.[A-Za-z0-9](-*[A-Za-z0-9])*)+")
    NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
    FIELD = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")
    SPACE = re.compile(r"([ \t\r\n]|#[^\r\n]*(\r?\n|$))*")
    END = re.compile(r"[ \t]*(#[^\r\n]*)?(\r?\n|$)")
    BASIC = ("bool", "int", "float", "string", "object")

    def __init__(self, text):
        self.text = text
        self.at = 0
        self.name = None
        self.types = {}
        self.methods = {}
        self.errors = {}
        self.members()

    def fail(self, what):
        line = self.text.count("\n", 0, self.at) + 1
        raise Wrong(f"line {line}: {what}: "
                    f"{self.text[self.at:self.at + 40]!r}")

    def match(self, pattern, what):
        found = pattern.match(self.text, self.at)
        if not found:
            self.fail(f"no {what}")
        self.at = found.end()
        return found.group()

    def space(self):
        self.match(self.SPACE, "space")

    def take(self, word):
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def need(self, word):
        if not self.take(word):
            self.fail(f"no {word!r}")

    def word(self, word):
        """A keyword: something stands between it and what follows."""
        if not re.compile(word + r"[ \t]").match(self.text, self.at):
            return False
        self.at += len(word)
        self.space()
        return True

    def members(self):
        self.space()
        if not self.word("interface"):
            self.fail("no interface")
        self.name = self.match(self.INTERFACE, "name of an interface")
        self.match(self.END, "end of line")
        self.space()
        while self.at < len(self.text):
            self.member()
            self.match(self.END, "end of line")
            self.space()
        if not self.types and not self.methods and not self.errors:
            self.fail("an interface without members")
        used = [t for kinds in (self.types, self.methods, self.errors)
                for t in kinds.values()]
        for kind in used:
            self.check_names(kind)

    def member(self):
        if self.word("type"):
            kind, table = self.struct, self.types
        elif self.word("error"):
            kind, table = self.struct, self.errors
        elif self.word("method"):
            kind, table = self.method, self.methods
        else:
            self.fail("neither type, method nor error")
        name = self.match(self.NAME, "name of a member")
        if any(name in t for t in (self.types, self.methods, self.errors)):
            self.fail(f"{name} stands there twice")
        self.space()
        table[name] = kind()

    def method(self):
        asked = self.fields()
        self.space()
        self.need("->")
        self.space()
        return ("method", asked, self.fields())

    def struct(self):
        return self.fields()

    def fields(self):
        """( name: type, ... ), or the names of an enum."""
        fields = {}
        is_enum = None
        self.need("(")
        self.space()
        while not self.take(")"):
            if fields:
                self.need(",")
                self.space()
            name = self.match(self.FIELD, "name of a field")
            if name in fields:
                self.fail(f"{name} stands there twice")
            self.space()
            has_type = self.take(":")
            if is_enum is not None and is_enum == has_type:
                self.fail("neither an enum nor a struct")
            is_enum = not has_type
            self.space()
            fields[name] = self.type() if has_type else None
            self.space()
        return ("enum" if is_enum else "struct", fields)

    def type(self):
        if self.take("?"):
            if self.text.startswith("?", self.at):
                self.fail("twice optional")
            return ("optional", self.type())
        if self.take("[]"):
            return ("array", self.type())
        if self.take("[string]"):
            return ("map", self.type())
        if self.text.startswith("(", self.at):
            return self.fields()
        for basic in self.BASIC:
            if re.compile(basic + r"\b").match(self.text, self.at):
                self.at += len(basic)
                return (basic,)
        return ("named", self.match(self.NAME, "type"))

    def check_names(self, kind):
        if kind[0] == "named" and kind[1] not in self.types:
            raise Wrong(f"there is no type {kind[1]}")
        if kind[0] in ("optional", "array", "map"):
            self.check_names(kind[1])
        if kind[0] == "struct":
            for field in kind[1].values():
                self.check_names(field)
        if kind[0] == "method":
            self.check_names(kind[1])
            self.check_names(kind[2])

    # --- values ---

    def check(self, kind, value, where):
        """The value is of that kind."""
        basics = {"bool": bool, "string": str, "object": object}

        def wrong(what):
            raise Wrong(f"{where}: {what}: {json.dumps(value)[:80]}")

        if kind[0] == "optional":
            if value is not None:
                self.check(kind[1], value, where)
        elif kind[0] == "named":
            self.check(self.types[kind[1]], value, where)
        elif kind[0] == "array":
            if not isinstance(value, list):
                wrong("no array")
            for i, one in enumerate(value):
                self.check(kind[1], one, f"{where}[{i}]")
        elif kind[0] == "map":
            if not isinstance(value, dict):
                wrong("no map")
            for key, one in value.items():
                self.check(kind[1], one, f"{where}.{key}")
        elif kind[0] == "enum":
            if value not in kind[1]:
                wrong("none of the enum")
        elif kind[0] == "struct":
            self.check_struct(kind[1], value, where, wrong)
        elif kind[0] == "int":
            if not isinstance(value, int) or isinstance(value, bool):
                wrong("no int")
            if not -2 ** 63 <= value < 2 ** 63:
                wrong("no int of 64 bits")
        elif kind[0] == "float":
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                wrong("no float")
        elif not isinstance(value, basics[kind[0]]) or value is None:
            wrong(f"no {kind[0]}")

    def check_struct(self, fields, value, where, wrong):
        if not isinstance(value, dict):
            wrong("no object")
        for key in value:
            if key not in fields:
                raise Wrong(f"{where}: {key} is not described")
        for key, kind in fields.items():
            if key in value:
                self.check(kind, value[key], f"{where}.{key}")
            elif kind[0] != "optional":
                raise Wrong(f"{where}: {key} is missing")


# --- the client ---------------------------------------------------------------

class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(path)
        self.rest = b""

    def receive(self):
        while b"\0" not in self.rest:
            data = self.socket.recv(65536)
            if not data:
                raise Wrong("closed without an answer")
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        answer = json.loads(text.decode())
        if set(answer) - {"parameters", "error", "continues"}:
            raise Wrong(f"members of an answer: {sorted(answer)}")
        return answer

    def call(self, method, parameters=None, **flags):
        if "." not in method:
            method = f"{OURS}.{method}"
        request = {"method": method, **flags}
        if parameters is not None:
            request["parameters"] = parameters
        self.socket.sendall(json.dumps(request).encode() + b"\0")
        return None if flags.get("oneway") else self.receive()

    def description(self, interface):
        answer = self.call(f"{SERVICE}.GetInterfaceDescription",
                           {"interface": interface})
        return Reader(answer["parameters"]["description"])


def read_all(path):
    client = Client(path)
    info = client.call(f"{SERVICE}.GetInfo")["parameters"]
    if sorted(info["interfaces"]) != [OURS, SERVICE]:
        raise Wrong(f"interfaces: {info['interfaces']}")
    service = client.description(SERVICE)
    service.check(service.methods["GetInfo"][2], info, "GetInfo")
    ours = client.description(OURS)
    if (service.name, ours.name) != (SERVICE, OURS):
        raise Wrong("an interface has another name")
    return ours


ENTRY = re.compile(r'\{\s*"([A-Z]\w*)",\s*\w+(?:,\s*CONTROL_(READS|CHANGES))?'
                   r'\s*\}')


def registered(sources):
    """Methods in the daemon's sources: name to READS, CHANGES."""
    found = {}
    for path in sorted(pathlib.Path(sources).glob("*.c")):
        text = path.read_text(encoding="utf-8")
        if "struct control_method" not in text:
            continue
        for table in re.findall(r"struct control_method \w+\[\] = \{(.*?)\n\};",
                                text, re.S):
            for name, access in ENTRY.findall(table):
                if not access:
                    raise Wrong(f"{path.name}: {name} does not say whether it "
                                "changes something")
                found[name] = access
            if len(ENTRY.findall(table)) != table.count('{ "'):
                raise Wrong(f"{path.name}: a method that is not understood")
    return found


def compare(interface, found):
    for name in sorted(set(found) ^ set(interface.methods)):
        raise Wrong(f"{name} is " + ("not described" if name in found
                                     else "described, and not there"))


def expect_error(answer, errors, what):
    name = answer.get("error", "")
    if name not in errors:
        raise Wrong(f"{what}: {answer.get('error', 'no error')}, not "
                    f"{' or '.join(errors)}")


NONSENSE = {"there_is_no_such_parameter": 1}


def check_error(interface, answer, what):
    """An error of ours looks as it is described."""
    name = answer["error"]
    if name.startswith(OURS + "."):
        short = name[len(OURS) + 1:]
        if short not in interface.errors:
            raise Wrong(f"{what}: error {short} is not described")
        interface.check(interface.errors[short], answer["parameters"],
                        f"{what}: {short}")


def walk(path, sources, examples, refused):
    interface = read_all(path)
    access = registered(sources)
    compare(interface, access)
    for name in sorted(access):
        # whatever it is, it does not do it with what it does not know
        answer = Client(path).call(name, NONSENSE)
        expect_error(answer, [f"{OURS}.InvalidParameter"], name)
        check_error(interface, answer, name)
        if access[name] == "CHANGES":
            continue
        _, asked, answered = interface.methods[name]
        parameters = {}
        for key, kind in asked[1].items():
            if kind[0] == "optional":
                continue
            if key not in examples:
                raise Wrong(f"{name}: no example of {key}")
            parameters[key] = examples[key]
        answer = Client(path).call(name, parameters)
        if answer.get("error") == f"{SERVICE}.ExpectedMore":
            answer = Client(path).call(name, parameters, more=True)
        if name in refused:
            expect_error(answer, [f"{OURS}.{refused[name]}"], name)
            check_error(interface, answer, name)
            continue
        if "error" in answer:
            check_error(interface, answer, name)
            raise Wrong(f"{name}: {answer}")
        interface.check(answered, answer["parameters"], name)
        print(name, show(answer["parameters"]))


def denied(path, sources):
    access = registered(sources)
    for name in sorted(access):
        answer = Client(path).call(name, NONSENSE)
        wanted = "Denied" if access[name] == "CHANGES" else "InvalidParameter"
        expect_error(answer, [f"{OURS}.{wanted}"], name)
    print(len(access), "methods")


def example(word):
    name, value = word.split("=", 1)
    return name, int(value) if value.isdigit() else value


def main(path, command, *words):
    if command == "describe":
        for name in read_all(path).methods:
            print(name)
    elif command == "registered":
        compare(read_all(path), registered(*words))
    elif command == "walk":
        refused = [word.split("!") for word in words if "!" in word]
        examples = [word for word in words[1:] if "!" not in word]
        walk(path, words[0], dict(map(example, examples)), dict(refused))
    elif command == "denied":
        denied(path, *words)
    elif command == "call":
        parameters = json.loads(words[1]) if len(words) > 1 else None
        flags = {flag: True for flag in words[2:]}
        print(show(Client(path).call(words[0], parameters, **flags)))
    elif command == "read":
        Reader(pathlib.Path(words[0]).read_text(encoding="utf-8"))
    elif command == "lines":
        client = Client(path)
        for line in sys.stdin:
            method, _, parameters = line.strip().partition(" ")
            answer = client.call(method, json.loads(parameters or "{}"))
            print(show(answer), flush=True)
    else:
        raise Wrong(f"no command {command}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (Wrong, OSError, ValueError, TypeError) as err:
        sys.exit(f"e2e_control: {err}")
