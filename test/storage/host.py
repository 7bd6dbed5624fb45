#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""The storage under test, and the processes that lock there."""

import contextlib
import itertools
import os
import queue
import subprocess
import threading
import time

PATIENCE = 120  # for everything without a limit of its own; longer than a client needs to reconnect

PYTHON_PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer")
PYTHON_PEER = os.path.normpath(os.path.join(PYTHON_PEER, "soft_read_write_lock.py"))


class ScenarioError(Exception):
    """A scenario cannot continue."""


class NotPromised(Exception):
    """The storage does not promise what a scenario tests."""


class Storage:
    """The statements of the fixture in the environment, and its functions. The name of a function
    goes to descriptor 3, and its status comes from standard input."""

    def __init__(self):
        self.on = {side: self.words("ON_" + side.upper()) for side in "ab"}
        self.directory = {side: os.environ["DIR_" + side.upper()] for side in "ab"}
        self.excludes = self.words("EXCLUDES")
        self.survives = {what: self.words("SURVIVES_" + what.upper()) for what in ("restart", "cut")}
        self.why_not = os.environ["WHY_NOT"]
        self.ends_in_restart = self.words("ENDS_IN_RESTART")
        self.ends_in_cut = self.words("ENDS_IN_CUT")
        self.faults = self.words("FAULTS")
        self.times = os.environ["TIMES"]
        self.lease = float(os.environ["LEASE"])
        self.kernels = int(os.environ["KERNELS"])
        self.heartbeat = float(os.environ["HEARTBEAT"])
        self.threshold = 3 * self.heartbeat
        self.requests = os.fdopen(3, "w", encoding="ascii")
        self.replies = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    @staticmethod
    def words(name):
        return os.environ[name].split("\n") if os.environ[name] else []

    def listen(self):
        with open(0, encoding="ascii") as replies:
            for line in replies:
                self.replies.put(line.strip())

    def call(self, name):
        print(name, file=self.requests, flush=True)
        try:
            status = self.replies.get(timeout=PATIENCE)
        except queue.Empty:
            raise ScenarioError(f"{name} did not end in {PATIENCE} s") from None
        if status != "0":
            raise ScenarioError(f"{name} failed with status {status}")

    def run(self, side, program, *names):
        """Runs a program there on files of the storage."""
        paths = [os.path.join(self.directory[side], name) for name in names]
        null = subprocess.DEVNULL
        command = [*self.on[side], program, *paths]
        subprocess.run(command, stdin=null, stdout=null, stderr=null, timeout=PATIENCE, check=False)


class Peer:
    """A process on side a or b, in a UTS namespace with a host name of its own."""

    numbers = itertools.count(1)

    def __init__(self, storage, oracle, side, host, lock, command, before=()):
        self.name = f"{next(self.numbers)} on {side}"
        self.oracle = oracle
        self.side = side
        self.lock = lock
        self.mode = None  # mode of the last request
        self.on = storage.on[side]
        self.is_counted = True
        self.counting = threading.Lock()
        shell = ["sh", "-c", 'echo $$; hostname "$0"; exec "$@"', host]
        enter = ["unshare", "--uts", *before, *shell]
        self.process = subprocess.Popen(
            [*self.on, *enter, *command, os.path.join(storage.directory[side], lock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.said = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        pid = self.hear()
        if not pid.isdigit():
            raise ScenarioError(f"{self.name} does not start: {pid}")
        self.pid = int(pid)

    def listen(self):
        for line in self.process.stdout:
            line = line.rstrip("\n")
            self.count(line)
            self.said.put(line)
        self.said.put("(it has ended)")

    def count(self, line):
        with self.counting:
            if line == "held" and self.is_counted:
                self.oracle.begin(self.lock, self.name, self.mode)
            elif line.startswith("number ") and self.is_counted:
                self.oracle.number(self.lock, self.name, int(line.split()[1]))

    def stop_counting(self):
        """Ends the hold for the oracle. What the process says from now on does not count."""
        with self.counting:
            self.is_counted = False
            self.oracle.end(self.lock, self.name)

    def tell(self, what):
        words = what.split()
        if words[0] in ("try", "acquire"):
            self.mode = words[1]
        elif words[0] == "release":
            self.oracle.end(self.lock, self.name)
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()

    def hear(self, limit=PATIENCE):
        try:
            return self.said.get(timeout=limit)
        except queue.Empty:
            raise ScenarioError(f"{self.name} did not answer in {limit:.0f} s") from None

    def result(self, limit=PATIENCE):
        """Returns the next answer that is not about waiting."""
        until = time.monotonic() + limit
        while (said := self.hear(max(0, until - time.monotonic()))).startswith("waiting"):
            pass
        return said

    def ask(self, what, limit=PATIENCE):
        self.tell(what)
        return self.result(limit)

    def begin_to_wait(self, mode, limit=PATIENCE):
        """Returns when the first attempt has found the lock held. The next answer is the result."""
        self.tell(f"acquire {mode} {limit}")
        while (said := self.hear()) == "waiting for state":
            pass
        if said != "waiting":
            raise ScenarioError(f"{self.name} says {said!r} where it has to wait")

    def signal(self, name):
        command = [*self.on, "kill", "-" + name, str(self.pid)]
        subprocess.run(command, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False)

    def may_be_superseded(self):
        """States that from now on another process may get the lock."""
        self.oracle.end(self.lock, self.name)

    def kill(self):
        self.stop_counting()
        self.signal("KILL")

    def end(self):
        """Ends the process, in any state."""
        self.stop_counting()
        if self.process.poll() is None:
            self.signal("KILL")
            self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # a call on lost storage may block
            self.process.wait(10)
