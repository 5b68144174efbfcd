#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Speaks to the daemon's control socket without sehubctl.

usage: e2e_control.py SOCKET    with lines METHOD JSON on standard input

A method without a dot is one of the daemon's own. Prints each reply on a line.
"""

import socket
import sys


def main():
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(120)
    sock.connect(sys.argv[1])
    buffer = b""
    for line in sys.stdin:
        method, _, parameters = line.strip().partition(" ")
        if "." not in method:
            method = "org.sehub.transportd." + method
        request = '{"method":"%s","parameters":%s}' % (method, parameters or "{}")
        sock.sendall(request.encode() + b"\0")
        while b"\0" not in buffer:
            data = sock.recv(65536)
            if not data:
                sys.exit("the daemon closed the socket")
            buffer += data
        reply, _, buffer = buffer.partition(b"\0")
        print(reply.decode(), flush=True)


main()
