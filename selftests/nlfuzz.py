#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask the module for everything that the contract allows, and what it forbids.

Requests are made from include/uapi/specs/sehub.yaml alone: for every command
those that are right, then each attribute missing, repeated, cut short, too
long, of another kind, at its bounds and past them, nested wrongly, unknown
ones, and bytes at random. Nothing is known by heart, so a new command is
covered as soon as the contract has it. Values that answers held are used
again, so that requests meet objects that are there.

Each answer must be one that the contract describes or an error that it names,
with a text. What the contract forbids must be refused. What was refused must
not have made an object. Notifications are held against the contract too.

Run it in a network namespace of its own with some hubs, as root. Output is
TAP, with the seed; the same seed on the same objects asks the same.
"""

import argparse
import errno
import os
import random
import select
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "tools"))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from nlcontract import Contract, Maker, encode, uapi, walk  # noqa: E402

NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST = 4, 0x300, 1
SOL_NETLINK, EXT_ACK, CAP_ACK, ADD_MEMBERSHIP = 270, 11, 10, 1
NLMSGERR_ATTR_MSG = 1
# longest request
REQUEST_MAX = 65000
CHECK_EVERY = 20
FAILURES_SHOWN = 5
SLOW = (6 if os.environ.get("KSFT_MACHINE_SLOW") == "yes" else 1) * \
       (4 if "KSFT_DEBUG_KERNEL" in os.environ else 1)


class Wrong(Exception):
    """An answer that must not be."""


def error_name(number):
    # one number has two names
    return {errno.EOPNOTSUPP: "EOPNOTSUPP"}.get(
        number, errno.errorcode.get(number, str(number)))


# --- asking ------------------------------------------------------------------------

class Answer:
    """What came back: messages as command and attributes, and the error."""

    def __init__(self):
        self.messages = []
        self.error = None
        self.text = ""


class Socket:
    """Requests to the family, and its answers."""

    def __init__(self, contract):
        genl = uapi.Genl(contract.spec.name)
        outer = dict(genl.ask(uapi.CTRL_CMD_GETFAMILY, False)[0])
        self.family = uapi.number(outer[uapi.CTRL_ATTR_FAMILY_ID])
        self.groups = [uapi.number(dict(uapi.attrs(group))[2]) for _, group
                       in uapi.attrs(outer[uapi.CTRL_ATTR_MCAST_GROUPS])]
        self.contract = contract
        self.seq = 1
        self.sock = self.open()
        self.events = self.open()
        for group in self.groups:
            self.events.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)

    @staticmethod
    def open():
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        for option in (EXT_ACK, CAP_ACK):
            sock.setsockopt(SOL_NETLINK, option, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.settimeout(10 * SLOW)
        sock.bind((0, 0))
        return sock

    def message(self, cmd, payload, flags):
        self.seq += 1
        return struct.pack("=IHHIIBBH", 20 + len(payload), self.family,
                           NLM_F_REQUEST | flags, self.seq, 0, cmd, 1,
                           0) + payload

    def ask(self, cmd, payload, flags=NLM_F_ACK):
        """Send one request and read all of its answer."""
        self.sock.send(self.message(cmd, payload, flags))
        answer = Answer()
        while answer.error is None:
            try:
                self.receive(answer)
            except socket.timeout:
                raise Wrong("no answer") from None
            except OSError as err:
                if err.errno != errno.ENOBUFS:
                    raise
        return answer

    def throw(self, data):
        """Send what need not be answered, then see that all is well."""
        try:
            self.sock.send(data)
        except OSError:
            pass
        self.seq += 1
        self.ask(0, b"")

    def receive(self, answer):
        data = self.sock.recv(1 << 18)
        while len(data) >= 16:
            length, kind, _, seq = struct.unpack_from("=IHHI", data)
            if kind == self.family:
                self.take(data[16:length], seq, answer)
            elif seq == self.seq and kind in (uapi.NLMSG_ERROR,
                                              uapi.NLMSG_DONE):
                answer.error = -struct.unpack_from("=i", data, 16)[0]
                skip = 36 if kind == uapi.NLMSG_ERROR else 20
                texts = dict(uapi.attrs(data[skip:length]))
                answer.text = texts.get(NLMSGERR_ATTR_MSG, b"").decode()
            data = data[(length + 3) & ~3:]

    def take(self, body, seq, answer):
        """A message of the family must be one that the contract has."""
        name = self.contract.by_number.get(body[0])
        if name is None:
            raise Wrong(f"message with unknown command {body[0]}")
        set_name, allowed = self.contract.answered(name)
        why = self.contract.fault(set_name, body[4:], allowed, True)
        if why:
            raise Wrong(f"{name} came with {why}")
        if seq == self.seq:
            answer.messages.append((name, set_name, body[4:]))

    def read_events(self):
        """Check the notifications that have come; how many."""
        count = 0
        while select.select([self.events], [], [], 0)[0]:
            try:
                data = self.events.recv(1 << 18)
            except OSError as err:
                if err.errno == errno.ENOBUFS:
                    continue
                raise
            while len(data) >= 16:
                length, _, _, seq = struct.unpack_from("=IHHI", data)
                self.take(data[16:length], seq - 1, Answer())
                count += 1
                data = data[(length + 3) & ~3:]
        return count


# --- judging -----------------------------------------------------------------------

class Fuzzer:
    """Cases of all commands, and what they did to the objects."""

    def __init__(self, contract, seed):
        self.contract = contract
        self.rng = random.Random(seed)
        self.sock = Socket(contract)
        self.family = uapi.Family(contract.spec.name)
        self.maker = Maker(contract, self.family, self.rng)
        self.counts = {}
        self.accepted = 0
        self.events = 0
        self.wrong = []
        self.cases = 0

    def dump(self, name):
        op = self.contract.ops[name]
        answer = self.sock.ask(op["number"], b"", NLM_F_DUMP)
        if answer.error:
            raise Wrong(f"dump of {name}: {error_name(answer.error)}")
        for _, set_name, data in answer.messages:
            self.maker.learn(set_name, data)
        return len(answer.messages)

    def check_counts(self):
        """Objects come only from requests that succeeded, and not by the
        hundred from one of them."""
        counts = {name: self.dump(name) for name, op
                  in self.contract.ops.items() if "dump" in op}
        for name, count in counts.items():
            grown = count - self.counts.get(name, count)
            if grown > 100 * self.accepted:
                raise Wrong(f"{name}: {grown} objects more after "
                            f"{self.accepted} requests that succeeded")
        self.counts = counts
        self.accepted = 0
        self.events += self.sock.read_events()

    def judge(self, name, mode, payload, answer):
        op = self.contract.ops.get(name)
        if op is None or mode not in op:
            if not answer.error:
                raise Wrong("a request that does not exist succeeded")
            return
        why = self.contract.fault(op["attribute-set"], payload,
                                  self.contract.allowed(op))
        if why and not answer.error:
            raise Wrong(f"accepted although {why}")
        if not answer.error:
            self.accepted += mode == "do"
            for other, set_name, data in answer.messages:
                if other != name:
                    raise Wrong(f"answered by {other}")
                self.maker.learn(set_name, data)
            return
        code = error_name(answer.error)
        if code not in self.contract.errors and code not in op["doc"]:
            raise Wrong(f"{code} is not in the contract")
        if not answer.text and code != "ENOMEM":
            raise Wrong(f"{code} without a text")

    def case(self, name, mode, what, payload):
        op = self.contract.ops.get(name)
        number = op["number"] if op else self.rng.randint(200, 255)
        flags = NLM_F_DUMP if mode == "dump" else NLM_F_ACK
        self.cases += 1
        payload = payload[:REQUEST_MAX]
        try:
            self.judge(name, mode, payload,
                       self.sock.ask(number, payload, flags))
            if self.cases % CHECK_EVERY == 0:
                self.check_counts()
        except Wrong as wrong:
            self.wrong.append(f"{name} {mode}, {what}: {wrong}\n"
                              f"{payload[:200].hex()}")
            self.sock = Socket(self.contract)

    def systematic(self, name):
        """Each attribute of a command with each of its changes."""
        attrs = self.maker.request(self.contract.ops[name], 1)
        return [(attr, way) for attr, (where, one) in enumerate(walk(attrs))
                for way in range(len(list(self.maker.changes(where, one))))]

    def systematic_case(self, name, attr, way):
        attrs = self.maker.request(self.contract.ops[name], 1)
        where, one = list(walk(attrs))[attr]
        what, change = list(self.maker.changes(where, one))[way]
        change()
        return f"{one.set_name}/{one.name} {what}", encode(attrs)

    def random_case(self, name):
        """A request with some of its attributes and some changes."""
        rng = self.rng
        attrs = self.maker.request(self.contract.ops[name],
                                   rng.choice((0.3, 0.6, 0.9)))
        what = []
        for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
            all_attrs = list(walk(attrs))
            if not all_attrs:
                break
            where, attr = rng.choice(all_attrs)
            way, change = rng.choice(list(self.maker.changes(where, attr)))
            if attr in where:
                change()
                what.append(f"{attr.name} {way}")
        data = encode(attrs)
        if rng.random() < 0.1:
            data = data[:rng.randint(0, len(data))]
            what.append("cut")
        if rng.random() < 0.1:
            data += rng.randbytes(rng.randint(1, 30))
            what.append("longer")
        return ", ".join(what) or "right", data

    def garbage(self):
        """Messages that break the form around the attributes."""
        rng = self.rng
        size = rng.randint(0, 60)
        head = struct.pack("=IHHII", rng.choice((0, 15, 16, 17, 20, size,
                                                 size + 16, 1 << 20)),
                           self.sock.family, rng.getrandbits(16) & ~NLM_F_DUMP
                           | NLM_F_REQUEST, 0, 0)
        self.cases += 1
        try:
            self.sock.throw(head[:rng.randint(0, 16)] if rng.random() < 0.1
                            else head + rng.randbytes(size))
        except Wrong as wrong:
            self.wrong.append(f"garbage: {wrong}\n{head.hex()}")
            self.sock = Socket(self.contract)

    def command(self, name, count):
        """Half of the cases change one thing, the others several or none."""
        op = self.contract.ops[name]
        modes = ["do"] + [mode for mode in ("do", "dump") if mode in op]
        ways = self.systematic(name)
        self.rng.shuffle(ways)
        for attr, way in ways[:count // 2]:
            self.case(name, "do", *self.systematic_case(name, attr, way))
        for _ in range(count - min(count // 2, len(ways))):
            self.case(name, self.rng.choice(modes), *self.random_case(name))
        if "dump" not in op:
            self.case(name, "dump", "dump", b"")


def result(number, title, problems):
    print(f"{'not ok' if problems else 'ok'} {number} - {title}")
    for problem in problems[:FAILURES_SHOWN]:
        for line in problem.split("\n"):
            print(f"# {line}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000,
                        help="about so many in all")
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--spec", default=uapi.SPEC)
    args = parser.parse_args()

    contract = Contract(args.spec)
    print("TAP version 13")
    print(f"1..{len(contract.ops) + 4}")
    print(f"# seed {args.seed}", flush=True)
    fuzzer = Fuzzer(contract, args.seed)
    fuzzer.check_counts()
    failed = 0
    number = 0
    share = max(1, args.cases // (len(contract.ops) + 1))

    def tried(title, work):
        nonlocal failed, number
        begin, fuzzer.wrong = fuzzer.cases, []
        work()
        number += 1
        failed += bool(fuzzer.wrong)
        cases = fuzzer.cases - begin
        result(number, f"{title}{f', {cases} cases' if cases else ''}",
               fuzzer.wrong)

    def try_garbage():
        for _ in range(share // 2):
            fuzzer.case("no command", "do", "unknown command",
                        fuzzer.rng.randbytes(fuzzer.rng.randint(0, 40)))
            fuzzer.garbage()

    def try_dumps():
        try:
            fuzzer.check_counts()
            for name in contract.ops:
                fuzzer.sock.ask(contract.ops[name]["number"], b"")
        except Wrong as wrong:
            fuzzer.wrong.append(str(wrong))

    def see_notifications():
        if not fuzzer.events:
            fuzzer.wrong.append("there were none")

    def see_objects():
        # what can be flushed may be gone
        if not any(fuzzer.counts.values()):
            fuzzer.wrong.append("requests had nothing to meet")

    for name in contract.ops:
        tried(name, lambda name=name: fuzzer.command(name, share))
    tried("what is no request", try_garbage)
    tried("the family works afterwards", try_dumps)
    tried("notifications agree with the contract", see_notifications)
    tried("there are objects at the end", see_objects)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
