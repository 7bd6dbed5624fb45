#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Serves programs in a guest: a connection's first line is a JSON list, a command. It runs with the
connection as standard input and output."""

import json
import socketserver
import subprocess
import sys
import traceback


class Handler(socketserver.StreamRequestHandler):
    rbufsize = 0  # what follows the first line belongs to the program

    def handle(self):
        try:
            command = json.loads(self.rfile.readline())
            subprocess.run(command, stdin=self.request, stdout=self.request, check=False)
        except (OSError, ValueError):
            traceback.print_exc()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100


Server((sys.argv[1], 7000), Handler).serve_forever()
