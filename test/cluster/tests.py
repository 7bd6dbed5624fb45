#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""What processes on two hosts do with a lock on storage that they share.

    tests.py PEER DIRECTORY [NAME...]

PEER is the program beside this file. The directory has a volume that is mounted as 'a' and as 'b',
its brick, which shows at once what the mounts show when their caches have expired, and a place
that is local. Names select tests. A host is a mount and a UTS namespace with a name of its own; all
processes are in one PID namespace. ./run makes all of this.
"""

import glob
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

sys.dont_write_bytecode = True  # not beside the sources
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))
from soft_read_write_lock import overlaps

PYTHON_PEER = os.path.join(sys.path[-1], "soft_read_write_lock.py")

HEARTBEAT = 2  # the caches of the clients are a second old
THRESHOLD = 3 * HEARTBEAT
SETTLE = 2  # of a writer of ours
POLL = 0.25
SLACK = 4  # of everything that has no limit of its own
PATIENCE = 60
ROLE = {"read": "reader", "write": "writer"}


class Trouble(Exception):
    """A test cannot go on."""


class Peer:
    """A process of ours, or in Python, on a host."""

    def __init__(self, command, mount, host):
        self.where = f"{host} at {os.path.basename(mount)}"
        enter = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host]
        self.process = subprocess.Popen(
            [*enter, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.said = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.said.put(line.rstrip("\n"))
        self.said.put("(it has ended)")

    def tell(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()

    def hear(self, patience=PATIENCE):
        try:
            return self.said.get(timeout=patience)
        except queue.Empty:
            raise Trouble(f"no answer of {self.where} in {patience} s") from None

    def ask(self, what, patience=PATIENCE):
        self.tell(what)
        while (said := self.hear(patience)).startswith("waiting"):
            pass
        return said

    def wait_for(self, mode, seconds=PATIENCE):
        """Begins to; the next that it says is whether it has it."""
        self.tell(f"acquire {mode} {seconds}")
        said = self.hear()
        while said == "waiting for state":
            said = self.hear()
        if said != "waiting":
            raise Trouble(f"{self.where} is to wait, and says {said}")

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)


@contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class Cluster:
    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        self.passed = self.failed = 0
        self.lock = None  # the name of that of the test
        self.peers = []

    def path(self, *names):
        return os.path.join(self.directory, *names)

    # Processes.

    def peer(self, side, make="ours", host=None, heartbeat=HEARTBEAT, more=()):
        mount = self.path(side)
        options = [f"--heartbeat-interval={heartbeat}", f"--stale-threshold={3 * heartbeat}"]
        options += [f"--poll-interval={POLL}", *more, os.path.join(mount, self.lock)]
        program = [self.program] if make == "ours" else ["/usr/bin/python3", PYTHON_PEER]
        self.peers.append(Peer(program + options, mount, host or f"host-{side}"))
        return self.peers[-1]

    # Expectations.

    def check(self, what, good, said=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
        print(f"{'' if good else 'FAILED: '}{self.lock}: {what}{said and ': '}{said}", flush=True)
        return good

    def asks(self, peer, what, expected, name=None):
        said = peer.ask(what)
        return self.check(name or f"{peer.where}: {what}", said == expected, said)

    def takes(self, peer, mode, limit=PATIENCE, name=None):
        """Not at the first attempt: for a second a client may remember a marker that is gone."""
        return self.asks(peer, f"acquire {mode} {limit}", "held", name)

    def gets(self, peer, what, since, at_most, at_least=0.0):
        """Hears within these seconds that the peer has it now."""
        said = peer.hear(at_most + PATIENCE)
        took = time.monotonic() - since
        good = said == "held" and at_least <= took <= at_most
        return self.check(what, good, f"{said} after {took:.1f} s")

    def becomes(self, what, condition, seconds=SLACK):
        until = time.monotonic() + seconds
        while not (good := condition()) and time.monotonic() < until:
            time.sleep(0.05)
        return self.check(what, good)

    # The volume.

    def has_writer(self):
        return os.path.exists(self.path("brick", self.lock + ".write"))

    def client(self, side):
        """The process behind the mount."""
        for name in glob.glob("/proc/[0-9]*/cmdline"):
            with open(name, encoding="utf-8") as file:
                words = file.read().split("\0")
            if words[0].endswith("/glusterfs") and self.path(side) in words:
                return int(name.split("/")[2])
        raise Trouble("there is no client")

    @contextmanager
    def without_brick(self):
        (pid_file,) = glob.glob("/run/gluster/vols/v/*.pid")
        with open(pid_file, encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGKILL)
        try:
            yield
        finally:
            command = ["gluster", "--mode=script", "volume", "start", "v", "force"]
            subprocess.run(command, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)

    # Tests.

    def exclude(self, a, b):
        self.takes(a, "read")
        self.asks(b, "try write", "busy", f"no writer on {b.where} beside a reader")
        self.takes(b, "read", SLACK, f"a reader on {b.where} beside a reader")
        self.asks(a, "release", "released")
        self.asks(b, "release", "released")
        self.takes(a, "write")
        self.asks(b, "try read", "busy", f"no reader on {b.where} beside a writer")
        self.asks(b, "try write", "busy", f"no writer on {b.where} beside a writer")
        self.asks(a, "still", "yes")
        self.asks(a, "release", "released")

    def hand_over(self, a, b):
        for one, other in ("read", "write"), ("write", "read"), ("write", "write"):
            self.takes(a, one)
            b.wait_for(other)
            time.sleep(1)
            self.check("nobody else has it meanwhile", b.said.empty())
            since = time.monotonic()
            self.asks(a, "release", "released")
            self.gets(b, f"{other} on {b.where} after {one}", since, SETTLE + SLACK)
            self.asks(b, "release", "released")

    def test_exclusion(self):
        a, b = self.peer("a"), self.peer("b")
        self.exclude(a, b)
        self.exclude(b, a)

    def test_exclusion_under_one_name(self):
        self.exclude(self.peer("a", host="host"), self.peer("b", host="host"))

    def test_exclusion_beside_python(self):
        a, b = self.peer("a", "python"), self.peer("b")
        self.exclude(a, b)
        self.exclude(b, a)

    def test_hand_over(self):
        self.hand_over(self.peer("a"), self.peer("b"))

    def test_hand_over_beside_python(self):
        a, b = self.peer("a", "python"), self.peer("b")
        self.hand_over(a, b)
        self.hand_over(b, a)

    def crowd(self, makes, seconds, meanwhile=lambda: None, insists=False, more=()):
        """On each side one of each make. What they count is local: the volume shows what others
        write when its caches have expired, whoever holds what lock. Who insists begins again after
        an error or a loss, and it is the last answer that counts."""
        crowd = [self.peer(side, make, more=more) for make in makes for side in "ab"]
        counts = [self.path("local", f"{self.lock}.{name}") for name in "ab"]
        logs = [self.path("local", f"{self.lock}.{i}") for i in range(len(crowd))]
        until = time.monotonic() + seconds

        def take_part(peer, log):
            before = None
            while True:
                left = until - time.monotonic()
                words = ["crowd", str(left), "20", *counts, log]
                said = peer.ask(" ".join(words), left + 2 * PATIENCE)
                if not (insists and said.startswith(("error: ", "lost")) and left > 0):
                    return said
                if said != before:
                    print(f"{self.lock}: {peer.where}: {said}", flush=True)
                before = said
                time.sleep(POLL)

        with ThreadPoolExecutor(len(crowd)) as threads:
            answers = threads.map(take_part, crowd, logs)
            meanwhile()
        holds = []
        for log in logs:
            with open(log, encoding="ascii") as file:
                holds += [line.split() for line in file]
        beside, shared = overlaps(holds)
        writes = sum(mode == "write" for mode, _, _ in holds)
        text = f"of {len(holds)} holds, {writes} to write, {shared} beside other readers"
        self.check("nobody holds it beside a writer", beside == 0, f"{beside} {text}")
        self.check("both modes have their turns", 0 < writes < len(holds))
        for peer, said in zip(crowd, answers):
            self.check(f"all is well for {peer.where}", said.startswith("done "), said)

    def test_crowd(self):
        self.crowd(("ours", "ours"), 15)

    def test_crowd_that_does_not_settle(self):
        self.crowd(("ours", "ours"), 15, more=["--settle=0"])

    def test_crowd_beside_python(self):
        self.crowd(("ours", "python"), 15)

    # Who is dead on another host, or is stopped, cannot be told from who lives: his marker must get
    # old while somebody looks.

    def gets_it_when_it_is_old(self, b, mode, since=None):
        since = since or time.monotonic()  # of the first look
        b.wait_for(mode)
        limit = THRESHOLD + POLL + SETTLE + SLACK
        self.gets(b, f"{mode} when the marker is old", since, limit, THRESHOLD)

    def test_crash(self):
        for mode, other in ("read", "write"), ("write", "read"), ("write", "write"):
            a, b = self.peer("a"), self.peer("b")
            self.takes(a, mode)
            a.kill()
            self.gets_it_when_it_is_old(b, other)
            self.asks(b, "still", "yes")
            self.asks(b, "release", "released")

    def test_crash_of_a_writer_who_drains(self):
        reads, a, b = self.peer("a"), self.peer("a"), self.peer("b")
        self.takes(reads, "read")
        a.wait_for("write")
        self.becomes("it has its marker", self.has_writer)
        a.kill()
        since = time.monotonic()
        self.asks(b, "try read", "busy")
        self.asks(reads, "release", "released")
        self.gets_it_when_it_is_old(b, "read", since)
        self.asks(b, "release", "released")

    def test_crash_under_one_name(self):
        # Now the death is proved.
        for mode in "read", "write":
            a, b = (self.peer(side, host="host", heartbeat=60) for side in "ab")
            self.takes(a, mode)
            a.kill()
            since = time.monotonic()
            b.tell(f"acquire write {PATIENCE}")
            while (said := b.hear()).startswith("waiting"):
                pass
            took = time.monotonic() - since
            good = said == "held" and took < SETTLE + SLACK
            self.check(f"the dead {ROLE[mode]} has a successor", good, f"{said} after {took:.1f} s")
            self.asks(b, "release", "released")

    def is_superseded(self, a, b):
        self.becomes("who was away learns of the loss", lambda: a.ask("loss") != "none")
        self.asks(a, "still", "no")
        self.asks(a, "release", "lost")
        self.asks(b, "still", "yes")
        self.asks(b, "loss", "none")
        self.asks(self.peer("a"), "try write", "busy", "the successor has it alone")
        self.asks(b, "release", "released")
        self.takes(a, "write", name="then who was away gets it again")
        self.asks(a, "release", "released")

    def test_recovery(self):
        for mode, other in ("read", "write"), ("write", "read"), ("write", "write"):
            a, b = self.peer("a"), self.peer("b")
            self.takes(a, mode)
            with stopped(a.process.pid):
                self.gets_it_when_it_is_old(b, other)
            self.is_superseded(a, b)

    def test_recovery_of_the_client(self):
        # Meanwhile its calls do not return.
        a, b = self.peer("a"), self.peer("b")
        self.takes(a, "write")
        with stopped(self.client("a")):
            self.gets_it_when_it_is_old(b, "write")
            self.asks(a, "loss", "refresh failed", "the loss is known while calls do not return")
        self.is_superseded(a, b)

    # The file server forgets what a client had open, and the clients connect again.

    def one_holder_at_most(self, a, b):
        loss = a.ask("loss")
        if loss == "none":
            self.asks(a, "still", "yes", "a hold that is not lost is there")
            self.asks(b, "try write", "busy", "one holder after the restart")
        self.asks(a, "release", "released" if loss == "none" else "lost")
        limit = THRESHOLD + SETTLE + 2 * SLACK
        self.takes(b, "write", limit, f"the next gets it after the restart (loss: {loss})")
        self.asks(b, "release", "released")

    def test_restart_of_the_brick(self):
        a, b = self.peer("a"), self.peer("b")
        self.takes(a, "write")
        with self.without_brick():
            pass
        time.sleep(2 * HEARTBEAT)
        self.one_holder_at_most(a, b)

    def test_long_restart_of_the_brick(self):
        for mode in "read", "write":
            a, b = self.peer("a"), self.peer("b")
            self.takes(a, mode)
            with self.without_brick():
                time.sleep(THRESHOLD)
                self.asks(a, "loss", "refresh failed", "the loss is known while the server is away")
            mounts = [self.path(side, ".") for side in "ab"]
            self.becomes("the mounts are back", lambda: all(map(os.path.exists, mounts)), PATIENCE)
            self.one_holder_at_most(a, b)

    def test_crowd_and_restart(self):
        def restart():
            time.sleep(5)
            with self.without_brick():
                time.sleep(1)

        self.crowd(("ours", "ours"), 5 + 4 * THRESHOLD, restart, insists=True)

    # All of them.

    def run(self, names):
        names = names or [name[5:] for name in dir(self) if name.startswith("test_")]
        for name in names:
            self.lock = name
            start = time.monotonic()
            self.peers = []
            try:
                try:
                    getattr(self, "test_" + name)()
                finally:
                    for peer in self.peers:
                        peer.kill()
            except Exception as error:  # the others are to run as well
                self.check("goes to its end", False, repr(error))
            print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped", flush=True)
        return 1 if self.failed else 0


if __name__ == "__main__":
    sys.exit(Cluster(*sys.argv[1:3]).run(sys.argv[3:]))
