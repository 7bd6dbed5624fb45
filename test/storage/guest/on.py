#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""on.py ADDRESS COMMAND...: runs the command in the guest with that control address, with this
standard input and output."""

import json
import os
import select
import socket
import sys

connection = socket.create_connection((sys.argv[1], 7000), timeout=10)
connection.settimeout(None)
connection.sendall(json.dumps(sys.argv[2:]).encode() + b"\n")
sources = [connection, sys.stdin.fileno()]
while True:
    ready, _, _ = select.select(sources, [], [])
    if connection in ready:
        data = connection.recv(65536)
        if not data:
            break
        os.write(1, data)
    else:
        data = os.read(0, 65536)
        if data:
            connection.sendall(data)
        else:
            connection.shutdown(socket.SHUT_WR)
            sources.pop()
