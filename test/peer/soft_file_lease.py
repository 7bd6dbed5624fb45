#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Another implementation of marker protocol 2, as Python programs use it, for tests.

    soft_file_lease.py --duration SECONDS [--grace SECONDS] [--poll SECONDS] PATH

It obeys the commands of soft_file_lock.py, and these:

    refresh               refreshed | lost           one heartbeat, now; there is no other
    fields                KEY=VALUE...               the lines of the marker after the first
    judge                 also: mismatch             a lease of another duration

The answer to 'try' may also be 'mismatch'.
"""

import argparse
import math
import os
import secrets
import time

import soft_file_lock as protocol_1


def parse(data):
    """Returns the fields of a record of protocol 2, or None if the data is malformed."""
    try:
        first, *lines, rest = data.decode().split("\n")
    except UnicodeDecodeError:
        return None
    if first != "filelock/2" or rest or not all("=" in line for line in lines):
        return None
    fields = dict(line.split("=", 1) for line in lines)
    try:
        if not 1 <= int(fields["pid"]) <= protocol_1.LARGEST_PID or not fields["host"]:
            return None
        if fields["mode"] == "lease":
            duration = float(fields["duration"])
            if not fields["token"] or not math.isfinite(duration) or duration <= 0:
                return None
    except (KeyError, ValueError):
        return None
    return fields


def owner_of(fields):
    start = fields.get("start")
    return protocol_1.Record(int(fields["pid"]), fields["host"], int(start) if start else None)


class SoftFileLease(protocol_1.SoftFileLock):
    def __init__(self, path, duration, grace=2.0, poll=0.05):
        super().__init__(path, grace, poll)
        self.duration = duration
        self.token = None

    def record(self):
        self.token = secrets.token_hex(16)
        us = protocol_1.identity()
        return (
            f"filelock/2\npid={us.pid}\nhost={us.host}\nmode=lease\ntoken={self.token}\n"
            f"duration={self.duration!r}\nstart={us.token}\n"
        ).encode()

    def is_mine(self):
        found = self.look()
        fields = found and parse(found[0])
        return bool(fields) and fields.get("token") == self.token

    def refresh(self):
        if not self.is_mine():
            return False
        os.utime(self.path)
        return self.is_mine()

    def release(self):
        mine = self.is_mine()
        if mine:
            os.unlink(self.path)
        self.close()
        self.made = None
        return mine

    def verdict(self, data, file):
        age = time.time() - file.st_mtime
        fields, other = parse(data), protocol_1.parse(data)
        if other:
            remove = protocol_1.is_gone(other)
        elif not fields:
            remove = age >= self.grace
        elif protocol_1.is_gone(owner_of(fields)):
            remove = True
        elif fields["mode"] != "lease":
            remove = False
        elif float(fields["duration"]) != self.duration:
            return "mismatch"
        else:
            remove = age >= self.duration
        return "remove" if remove else "held"


class Commands(protocol_1.Commands):
    def do_try(self):
        if self.lock.judge() == "mismatch":
            return "mismatch"
        return super().do_try()

    def do_refresh(self):
        return "refreshed" if self.lock.refresh() else "lost"

    def do_fields(self):
        found = self.lock.look()
        fields = found and parse(found[0])
        return " ".join(f"{k}={v}" for k, v in fields.items()) if fields else "none"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--duration", type=float, default=30.0)
    arguments.add_argument("--grace", type=float, default=2.0)
    arguments.add_argument("--poll", type=float, default=0.05)
    arguments.add_argument("path")
    given = arguments.parse_args()
    lease = SoftFileLease(given.path, given.duration, given.grace, given.poll)
    protocol_1.obey(Commands(lease))


if __name__ == "__main__":
    main()
