#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody between a client and its server.

usage: e2e_relay.py LISTEN-PORT TARGET-HOST TARGET-PORT MODE [CERT KEY]

MODE terminate   has TLS with both, and passes on what is inside
     impostor    has TLS with the client, and speaks as a server that does not
                 know the password
     flip N      passes on TCP, with a bit of the Nth byte to the client changed
     stall N     passes on N bytes to the client, and then nothing either way

Says on a line each what happens; runs until it is ended.
"""

import base64
import os
import socket
import ssl
import struct
import sys
import threading

ALPN = ["sehub/1"]


def say(*words):
    print(*words, flush=True)


def context_for_client(cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(ALPN)
    return context


def context_for_server():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(ALPN)
    return context


def pump(source, sink, name, change=lambda data: data):
    """Passes bytes on until one of the two ends."""
    total = 0
    try:
        while data := source.recv(16384):
            total += len(data)
            sink.sendall(change(data))
    except OSError:
        pass
    say(name, total)
    for sock in (source, sink):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def both_ways(client, server, change=lambda data: data):
    up = threading.Thread(target=pump, args=(client, server, "up"))
    up.start()
    pump(server, client, "down", change)
    up.join()


class Flip:
    """Changes a bit of one byte."""

    def __init__(self, at):
        self.left = at

    def __call__(self, data):
        if 0 <= self.left < len(data):
            data = bytearray(data)
            data[self.left] ^= 0x10
            say("flipped")
        self.left -= len(data)
        return data


class Stall:
    """Passes on so many bytes and no more, without ending the connection."""

    def __init__(self, at):
        self.left = at

    def __call__(self, data):
        if len(data) >= self.left:
            say("stalled")
            threading.Event().wait()
        self.left -= len(data)
        return data


# --- a server that is none ---------------------------------------------------


def attr(kind, value):
    return struct.pack(">HH", kind, len(value)) + value


def record(kind, payload):
    return struct.pack(">I", kind << 24 | len(payload)) + payload


def receive_record(tls):
    data = b""
    while len(data) < 4 or len(data) < 4 + (
        struct.unpack(">I", data[:4])[0] & 0xFFFFFF
    ):
        more = tls.recv(16384)
        if not more:
            raise OSError("the client left")
        data += more
    return data


def impersonate(tls):
    receive_record(tls)
    tls.sendall(
        record(
            1, attr(1, b"\0\1") + attr(3, bytes(4)) + attr(5, b"SCRAM-SHA-256-PLUS")
        )
    )
    first = receive_record(tls)
    nonce = first[first.index(b",r=") + 3 :]
    salt = base64.b64encode(os.urandom(16))
    tls.sendall(record(2, attr(7, b"r=" + nonce + b"xyz,s=" + salt + b",i=4096")))
    receive_record(tls)
    say("got the proof")
    tls.sendall(record(2, attr(7, b"v=" + base64.b64encode(os.urandom(32)))))
    attach = attr(10, b"fake") + attr(11, os.urandom(32)) + attr(14, struct.pack(">I", 0))
    tls.sendall(record(3, attach))
    answer = receive_record(tls)
    say("the client said", answer[0])


# --- connections -------------------------------------------------------------


def serve(client, mode, target, contexts):
    try:
        if mode[0] in ("terminate", "impostor"):
            try:
                client = contexts[0].wrap_socket(client, server_side=True)
            except (ssl.SSLError, OSError) as error:
                say("refused by the client:", getattr(error, "reason", error))
                return
            say("the client took the certificate")
        if mode[0] == "impostor":
            impersonate(client)
            return
        server = socket.create_connection(target)
        if mode[0] == "terminate":
            server = contexts[1].wrap_socket(server)
            both_ways(client, server)
        else:
            change = {"flip": Flip, "stall": Stall}[mode[0]]
            both_ways(client, server, change(int(mode[1])))
    except (OSError, ValueError) as error:
        say("end:", error)
    finally:
        client.close()


def main():
    port, host, target_port, *mode = sys.argv[1:]
    contexts = None
    if mode[0] in ("terminate", "impostor"):
        contexts = (context_for_client(*mode[1:3]), context_for_server())
    listener = socket.create_server(("0.0.0.0", int(port)), backlog=16)
    say("ready")
    while True:
        client, _ = listener.accept()
        say("connection")
        threading.Thread(
            target=serve,
            args=(client, mode, (host, int(target_port)), contexts),
            daemon=True,
        ).start()


main()
