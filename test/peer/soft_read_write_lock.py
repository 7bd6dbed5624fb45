#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Another implementation of the marker tree, as Python programs use it, for tests.

    soft_read_write_lock.py [--heartbeat-interval SECONDS] [--stale-threshold SECONDS]
                            [--poll-interval SECONDS] [--grace SECONDS] PATH
    soft_read_write_lock.py --self-test

The first reads commands from standard input, a line each, and answers each with a line. MODE is
read or write. NAME is write or the name of a reader's marker. Where NAME is optional, it means by
default the marker made here. The grace period is for PATH.state: its owner may be between creation
and writing.

    try MODE              held | busy              one attempt; it also waits for PATH.state
    acquire MODE [SECONDS]
                          [waiting] held | timed out
                                                   attempts until one succeeds; also says once
                                                   'waiting for state' where it has to
    release               released | lost          lost: there is another token, or none
    still                 yes | no                 whether the marker made here is there
    heartbeat stop        stopped                  the hold stays, and becomes stale
    heartbeat start       started
    heartbeat once        refreshed | lost         one heartbeat, now
    beats                 COUNT on | off | lost    successful heartbeats of the thread; its state
    age SECONDS           aged                     makes the marker made here look older
    name                  NAME | none              of the marker made here
    readers               COUNT [NAME...]          the markers that count as readers
    read [NAME]           TOKEN PID HOST | malformed | none
    crowd SECONDS PERCENT A B [LOG]
                          done READS WRITES        many short holds, PERCENT of them to write
                          torn WHAT                A and B differ, or another process wrote them
                          timed out | lost
    die [SECONDS]                                  kills itself by SIGKILL, after a delay

A crowd's writers count their writes in A and then in B, with 20 digits and a newline each. No
reader must see A and B differ. LOG gets a line 'MODE FROM TO' for each hold: nanoseconds of
CLOCK_MONOTONIC, read during the hold.

The following commands are single steps. While 'state' holds PATH.state, the commands that would
acquire it do not.

    state                 held | busy              one attempt
    leave                 left | lost              PATH.state
    look                  absent | held | stale    the state of PATH.write; changes nothing
    create MODE           created | busy           creates the marker, still empty; no checks
    write                 written                  writes its record; no heartbeat yet
    drain                 clear | busy | lost      a pass of a writer: refresh, evict, look
    judge NAME            absent | held | remove   what to do about the marker
    rename                renamed NAME | absent    moves it aside
    verify                removed NAME | left NAME removes it if it is the judged marker
    evict NAME            as judge, rename and verify

Any other failure is answered by 'error' and the reason. An empty line ends the program.
"""

import argparse
import contextlib
import errno
import math
import os
import random
import re
import secrets
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from typing import NamedTuple

sys.dont_write_bytecode = True  # no files beside the sources
from soft_file_lock import LARGEST_PID, LARGEST_RECORD, SoftFileLock, obey, say


class Record(NamedTuple):
    token: str
    pid: int
    host: str

    def __bytes__(self):
        return f"{self.token}\n{self.pid}\n{self.host}\n".encode("ascii")

    def __str__(self):
        return f"{self.token} {self.pid} {self.host}"


def parse(data):
    """The record, or None for what is malformed."""
    match = re.fullmatch(rb"([0-9a-f]{32})\n([1-9][0-9]*)\n([!-~]{1,253})\n+", data)
    if not match or len(data) > LARGEST_RECORD or int(match[2]) > LARGEST_PID:
        return None
    return Record(match[1].decode(), int(match[2]), match[3].decode())


def is_reader(name):
    return not name.startswith(".") and ".break" not in name


class Found(NamedTuple):
    """The observed state of a marker."""

    record: object  # None if it is malformed
    file: os.stat_result

    def is_older_than(self, seconds):
        return stat.S_ISREG(self.file.st_mode) and time.time() - self.file.st_mtime > seconds

    def token(self):
        return self.record and self.record.token


def open_directory(path):
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        raise RuntimeError(f"{path} is no directory")
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


class Marker:
    """A name in a directory that may be a marker."""

    def __init__(self, directory, name):
        self.directory = directory
        self.name = name

    @contextlib.contextmanager
    def opened(self):
        fd = open_directory(self.directory)
        try:
            yield fd
        finally:
            os.close(fd)

    @contextlib.contextmanager
    def read(self):
        """Returns its content and a descriptor of it, or nothing if there is no marker."""
        fd = record = None
        try:
            with self.opened() as directory:
                file = os.stat(self.name, dir_fd=directory, follow_symlinks=False)
                if stat.S_ISREG(file.st_mode):
                    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                    fd = os.open(self.name, flags, dir_fd=directory)
                    file = os.fstat(fd)
                if stat.S_ISREG(file.st_mode):
                    record = parse(os.read(fd, LARGEST_RECORD + 1))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ESTALE):
                raise
            file = None  # another host has removed what this one has cached
        try:
            yield file and Found(record, file), fd
        finally:
            if fd is not None:
                with contextlib.suppress(OSError):
                    os.close(fd)

    def look(self):
        with self.read() as (found, _):
            return found

    def rename(self):
        """Returns the marker under its new name, or None."""
        aside = f"{self.name}.break.{os.getpid()}.{secrets.token_hex(16)}"
        try:
            with self.opened() as directory:
                os.rename(self.name, aside, src_dir_fd=directory, dst_dir_fd=directory)
        except FileNotFoundError:
            return None
        return Marker(self.directory, aside)

    def unlink(self):
        with self.opened() as directory:
            os.unlink(self.name, dir_fd=directory)


class OwnMarker(Marker):
    def __init__(self, directory, name):
        super().__init__(directory, name)
        self.token = secrets.token_hex(16)
        self.fd = None

    def create(self):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with self.opened() as directory:
                self.fd = os.open(self.name, flags, 0o600, dir_fd=directory)
        except FileExistsError:
            return False
        return True

    def write(self):
        left = bytes(Record(self.token, os.getpid(), socket.gethostname()))
        while left:
            left = left[os.write(self.fd, left) :]
        os.close(self.fd)
        self.fd = None

    def touch(self, ago=0.0):
        """Sets its time if it is still the marker made here. Returns whether it is."""
        with self.read() as (found, fd):
            if found is None or found.token() != self.token:
                return False
            if ago:
                when = time.time() - ago
                os.utime(fd, (when, when))
            else:
                os.utime(fd)
            return True

    def still_there(self):
        found = self.look()
        return found is not None and found.token() == self.token

    def remove(self):
        """Removes the marker, also an empty one that was never written."""
        if self.fd is not None:
            try:
                with self.opened() as directory:
                    file = os.stat(self.name, dir_fd=directory, follow_symlinks=False)
                there = os.path.samestat(file, os.fstat(self.fd))
            except FileNotFoundError:
                there = False
            os.close(self.fd)
            self.fd = None
        else:
            there = self.still_there()
        if there:
            self.unlink()
        return there


class Heartbeat:
    def __init__(self, marker, interval):
        self.marker = marker
        self.interval = interval
        self.count = 0
        self.lost = False
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopped.wait(self.interval):
            try:
                if not self.marker.touch():
                    self.lost = True
                    return
                self.count += 1
            except OSError:
                pass  # the next name may work

    def stop(self):
        self.stopped.set()
        self.thread.join()

    def __str__(self):
        state = "lost" if self.lost else "off" if self.stopped.is_set() else "on"
        return f"{self.count} {state}"


class SoftReadWriteLock:
    def __init__(self, path, heartbeat=30.0, stale=None, poll=0.05, grace=2.0):
        self.parent = os.path.realpath(os.path.dirname(path) or ".")
        self.base = os.path.basename(path)
        self.readers_directory = os.path.join(self.parent, self.base + ".readers")
        self.heartbeat_interval = heartbeat
        self.stale_threshold = 3 * heartbeat if stale is None else stale
        if not self.stale_threshold > self.heartbeat_interval:
            raise ValueError("the stale threshold must exceed the heartbeat interval")
        self.poll = poll
        state = os.path.join(self.parent, self.base + ".state")
        self.state_marker = SoftFileLock(state, grace, poll)
        self.has_state = False
        self.own = None  # the marker made here
        self.heart = None
        self.judged = None  # a marker to remove, and its observed state
        self.aside = None  # that marker after it was moved aside

    # Single steps

    def try_state(self):
        if self.has_state:
            raise RuntimeError("has it already")
        self.has_state = self.state_marker.attempt()
        return self.has_state

    def leave_state(self):
        self.has_state = False
        return self.state_marker.release()

    @contextlib.contextmanager
    def state(self, on_wait=lambda: None):
        if self.has_state:
            yield
            return
        self.state_marker.acquire(math.inf, on_wait)
        self.has_state = True
        try:
            yield
        finally:
            self.leave_state()

    def marker(self, name):
        if name == "write":
            return Marker(self.parent, self.base + ".write")
        return Marker(self.readers_directory, name)

    def readers(self):
        try:
            fd = open_directory(self.readers_directory)
        except FileNotFoundError:
            return []
        try:
            return sorted(filter(is_reader, os.listdir(fd)))
        finally:
            os.close(fd)

    def create(self, mode):
        if self.own:
            raise RuntimeError("has one already")
        if mode == "write":
            own = OwnMarker(self.parent, self.base + ".write")
        elif mode == "read":
            with contextlib.suppress(FileExistsError):
                os.mkdir(self.readers_directory, 0o700)
            name = f"{secrets.token_hex(16)}.{os.getpid()}"
            own = OwnMarker(self.readers_directory, name)
        else:
            raise ValueError(mode)
        if not own.create():
            return False
        self.own = own
        return True

    def judge(self, name):
        self.judged = None
        marker = self.marker(name)
        found = marker.look()
        if found is None:
            return "absent"
        if not found.is_older_than(self.stale_threshold):
            return "held"
        self.judged = marker, found
        return "remove"

    def rename(self):
        self.aside = self.judged[0].rename()
        return self.aside

    def verify(self):
        """Removes the renamed file if it is the judged marker. Another file stays."""
        found, judged = self.aside.look(), self.judged[1]
        if (
            found is None
            or found.token() != judged.token()
            or found.file.st_mtime_ns != judged.file.st_mtime_ns
        ):
            return False
        self.aside.unlink()
        return True

    def evict_stale(self, name):
        """Evicts the marker if it is stale. Returns whether it was not held."""
        judgement = self.judge(name)
        if judgement == "remove" and self.rename():
            self.verify()
        return judgement != "held"

    def start_heartbeat(self):
        self.stop_heartbeat()
        self.heart = Heartbeat(self.own, self.heartbeat_interval)

    def stop_heartbeat(self):
        if self.heart:
            self.heart.stop()

    # Complete operations, which require that PATH.state is held

    def enter(self, mode):
        if not self.evict_stale("write") or not self.create(mode):
            return False
        self.own.write()
        return True

    def drain(self):
        """Makes one pass of a waiting writer. Returns None if its marker was lost."""
        if not self.own.touch():
            return None
        left = [name for name in self.readers() if not self.evict_stale(name)]
        return not left

    def attempt(self, mode):
        """Returns whether the lock is held now. A writer that waits for readers has its marker."""
        if mode == "write":
            if self.own:
                done = self.drain()
                if done is not None:
                    return done
                self.own = None
            return self.enter(mode) and bool(self.drain())
        return self.enter(mode)

    # Complete operations, which acquire PATH.state

    def acquire(self, mode, seconds, on_wait=lambda: None, on_state=lambda: None):
        if self.own:
            raise RuntimeError("has a marker already")
        until = time.monotonic() + seconds
        waits = False
        try:
            while True:
                with self.state(on_state):
                    if self.attempt(mode):
                        break
                if not waits:
                    waits = True
                    on_wait()
                left = until - time.monotonic()
                if left <= 0:
                    self.give_up()
                    return False
                time.sleep(min(self.poll, left))
        except Exception:
            self.give_up()
            raise
        self.start_heartbeat()
        return True

    def give_up(self):
        if self.own:
            self.remove_own()

    def release(self):
        self.stop_heartbeat()
        self.heart = None
        return self.remove_own()

    def remove_own(self):
        """Removes the marker made here. If the storage fails, the marker stays and expires."""
        own, self.own = self.own, None
        with self.state():
            return own.remove()


class Count:
    """The number of writes, kept in two files."""

    def __init__(self, paths):
        self.fds = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644) for path in paths]

    def close(self):
        for fd in self.fds:
            os.close(fd)

    def read(self):
        return tuple(int(os.pread(fd, 21, 0) or b"0") for fd in self.fds)

    def put(self, which, value):
        os.pwrite(self.fds[which], b"%020d\n" % value, 0)


class Crowd:
    def __init__(self, lock, count, pause=0.001):
        self.lock = lock
        self.count = count
        self.pause = pause
        self.done = {"read": 0, "write": 0}
        self.log = []

    def wait(self):
        time.sleep(random.uniform(0, self.pause))

    def differs(self, when, expected, value):
        return f"torn {when}: {value[0]} {value[1]} for {expected[0]} {expected[1]}"

    def use(self, mode):
        """Uses a hold. Returns what was wrong, if anything."""
        before, _ = first = self.count.read()
        same = (before, before)
        if first != same:
            return self.differs(mode, same, first)
        if mode == "write":
            self.count.put(0, before + 1)
            same = (before + 1, before)
        self.wait()
        value = self.count.read()
        if value != same:
            return self.differs(mode, same, value)
        if mode == "write":
            self.count.put(1, before + 1)
        return None

    def run(self, seconds, percent):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            mode = "write" if random.uniform(0, 100) < percent else "read"
            if not self.lock.acquire(mode, 60):
                return "timed out"
            since = time.monotonic_ns()
            wrong = self.use(mode)
            self.log.append((mode, since, time.monotonic_ns()))
            if wrong:
                return wrong
            if not self.lock.release():
                return "lost"
            self.done[mode] += 1
            self.wait()  # gives others a chance
        return f"done {self.done['read']} {self.done['write']}"


class Commands:
    def __init__(self, lock):
        self.lock = lock

    def own(self):
        if not self.lock.own:
            raise RuntimeError("there is no marker")
        return self.lock.own

    def named(self, name):
        return self.lock.marker(name) if name else self.own()

    def do_try(self, mode):
        return "held" if self.lock.acquire(check(mode), 0) else "busy"

    def do_acquire(self, mode, seconds="inf"):
        said = set()

        def once(what):
            if what not in said:
                said.add(what)
                say(what)

        held = self.lock.acquire(
            check(mode),
            float(seconds),
            lambda: once("waiting"),
            lambda: once("waiting for state"),
        )
        return "held" if held else "timed out"

    def do_release(self):
        self.own()
        return "released" if self.lock.release() else "lost"

    def do_still(self):
        return "yes" if self.lock.own and self.lock.own.still_there() else "no"

    def do_heartbeat(self, what):
        own = self.own()
        if what == "once":
            return "refreshed" if own.touch() else "lost"
        if what == "start":
            self.lock.start_heartbeat()
            return "started"
        if what == "stop":
            self.lock.stop_heartbeat()
            return "stopped"
        raise ValueError(what)

    def do_beats(self):
        return str(self.lock.heart or "0 off")

    def do_age(self, seconds):
        return "aged" if self.own().touch(float(seconds)) else "lost"

    def do_name(self):
        if not self.lock.own:
            return "none"
        name = self.lock.own.name
        return "write" if name == self.lock.base + ".write" else name

    def do_readers(self):
        names = self.lock.readers()
        return " ".join([str(len(names)), *names])

    def do_read(self, name=None):
        found = self.named(name).look()
        return "none" if found is None else str(found.record or "malformed")

    def do_crowd(self, seconds, percent, a, b, log=None):
        count = Count([a, b])
        crowd = Crowd(self.lock, count)
        try:
            return crowd.run(float(seconds), float(percent))
        finally:
            count.close()
            if log:
                with open(log, "w", encoding="ascii") as file:
                    file.writelines(f"{mode} {since} {to}\n" for mode, since, to in crowd.log)

    def do_die(self, seconds="0"):
        time.sleep(float(seconds))
        os.kill(os.getpid(), signal.SIGKILL)

    def do_state(self):
        return "held" if self.lock.try_state() else "busy"

    def do_leave(self):
        if not self.lock.has_state:
            raise RuntimeError("has it not")
        return "left" if self.lock.leave_state() else "lost"

    def do_look(self):
        found = self.lock.marker("write").look()
        if found is None:
            return "absent"
        return "stale" if found.is_older_than(self.lock.stale_threshold) else "held"

    def do_create(self, mode):
        return "created" if self.lock.create(check(mode)) else "busy"

    def do_write(self):
        self.own().write()
        return "written"

    def do_drain(self):
        self.own()
        with self.lock.state():
            return {None: "lost", True: "clear", False: "busy"}[self.lock.drain()]

    def do_judge(self, name):
        return self.lock.judge(name)

    def do_rename(self):
        aside = self.lock.rename()
        return "renamed " + aside.name if aside else "absent"

    def do_verify(self):
        done = "removed " if self.lock.verify() else "left "
        return done + self.lock.aside.name

    def do_evict(self, name):
        with self.lock.state():
            judgement = self.lock.judge(name)
            if judgement != "remove":
                return judgement
            return self.do_verify() if self.lock.rename() else "absent"


def check(mode):
    if mode not in ("read", "write"):
        raise ValueError(mode)
    return mode


# The self-test, which needs nothing else


class Peer:
    def __init__(self, path, heartbeat=30.0, stale=90.0, poll=0.005):
        options = [f"--heartbeat-interval={heartbeat}", f"--stale-threshold={stale}"]
        self.process = subprocess.Popen(
            [sys.executable, __file__, *options, f"--poll-interval={poll}", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="ascii",
        )

    def tell(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().rstrip("\n")

    def ask(self, what):
        self.tell(what)
        return self.hear()

    def die(self):
        self.tell("die")
        self.end()

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()


class SelfTest:
    def __init__(self, directory):
        self.directory = directory
        self.path = os.path.join(directory, "lock")
        self.failures = 0
        self.checks = 0
        self.peers = []

    def peer(self, **options):
        self.peers.append(Peer(self.path, **options))
        return self.peers[-1]

    def is_so(self, what, got, expected):
        self.checks += 1
        if got != expected and not (isinstance(expected, re.Pattern) and expected.fullmatch(got)):
            self.failures += 1
            say(f"{what}: {got!r}, not {expected!r}")

    def asks(self, peer, what, expected):
        self.is_so(what, peer.ask(what), expected)

    def tree(self):
        return sorted(os.listdir(self.directory))

    def readers(self):
        return sorted(os.listdir(self.path + ".readers"))

    def test_exclusion(self):
        a, b, c = self.peer(), self.peer(), self.peer()
        self.asks(a, "try read", "held")
        self.asks(b, "try read", "held")
        self.asks(c, "try write", "busy")
        self.asks(c, "still", "no")
        self.is_so("a writer that gave up", self.tree(), ["lock.readers"])
        self.is_so("mode", oct(os.stat(self.path + ".readers").st_mode & 0o777), "0o700")
        self.asks(a, "readers", re.compile("2 .*"))
        name = a.ask("name")
        self.is_so("name", name, re.compile(rf"[0-9a-f]{{32}}\.{a.process.pid}"))
        said = re.compile(rf"[0-9a-f]{{32}} {a.process.pid} {re.escape(socket.gethostname())}")
        self.asks(b, f"read {name}", said)
        self.is_so("read", a.ask("read"), b.ask(f"read {name}"))
        self.asks(c, "acquire write", "waiting")
        while not os.path.exists(self.path + ".write"):
            time.sleep(0.01)
        self.asks(a, "release", "released")
        self.asks(a, "try read", "busy")  # no new readers before the writer
        self.asks(b, "release", "released")
        self.is_so("acquire write", c.hear(), "held")
        self.asks(a, "try read", "busy")
        self.asks(b, "try write", "busy")
        self.asks(b, "acquire write 0.05", "waiting")
        self.is_so("acquire write 0.05", b.hear(), "timed out")
        self.asks(c, "still", "yes")
        self.asks(c, "release", "released")
        self.is_so("at the end", self.tree(), ["lock.readers"])
        self.is_so("readers at the end", self.readers(), [])

    def test_names_that_are_no_readers(self):
        os.mkdir(self.path + ".readers", 0o700)
        for name in ".x", "a.break.1.b":
            with open(os.path.join(self.path + ".readers", name), "w", encoding="ascii"):
                pass
        self.asks(self.peer(), "try write", "held")

    def test_malformed_reader(self):
        os.mkdir(self.path + ".readers", 0o700)
        os.mkfifo(os.path.join(self.path + ".readers", "fifo"))
        a = self.peer()
        self.asks(a, "try write", "busy")
        self.asks(a, "read fifo", "malformed")

    def test_readers_that_are_a_symlink(self):
        os.mkdir(self.path + ".elsewhere")
        os.symlink(self.path + ".elsewhere", self.path + ".readers")
        self.asks(self.peer(), "try read", re.compile("error: .*"))

    def test_dead_writer_and_reader(self):
        for mode in "write", "read":
            a, b = self.peer(), self.peer(heartbeat=0.1, stale=0.5)
            self.asks(a, f"try {mode}", "held")
            a.die()
            self.asks(b, "try write", "busy")
            self.asks(b, "acquire write 10", "waiting")
            self.is_so("of a dead one", b.hear(), "held")
            self.asks(b, "release", "released")
        self.is_so("evicted", (self.tree(), self.readers()), (["lock.readers"], []))

    def test_heartbeat(self):
        for mode in "write", "read":
            a, b = self.peer(heartbeat=0.1, stale=1), self.peer(heartbeat=0.1, stale=1)
            self.asks(a, f"try {mode}", "held")
            self.asks(b, "acquire write 1.5", "waiting")
            self.is_so("beside a heart", b.hear(), "timed out")
            self.asks(a, "beats", re.compile("[0-9]+ on"))
            self.asks(a, "heartbeat stop", "stopped")
            self.asks(a, "age 5", "aged")
            self.asks(b, "try write", "held")
            self.asks(a, "still", "no")
            self.asks(a, "heartbeat once", "lost")
            self.asks(a, "heartbeat start", "started")
            time.sleep(0.3)
            self.asks(a, "beats", "0 lost")
            self.asks(a, "release", "lost")
            self.asks(b, "still", "yes")
            self.asks(b, "release", "released")

    def test_late_breaker(self):
        a, b, c = self.peer(), self.peer(), self.peer()
        self.asks(a, "try write", "held")
        self.asks(a, "age 100", "aged")
        self.asks(b, "look", "stale")
        self.asks(b, "judge write", "remove")
        self.asks(c, "try write", "held")
        self.asks(b, "rename", re.compile(r"renamed lock\.write\.break\.[0-9]+\.[0-9a-f]{32}"))
        self.asks(b, "verify", re.compile("left .*"))
        self.asks(c, "still", "no")

    def test_steps(self):
        a, b = self.peer(), self.peer()
        self.asks(a, "state", "held")
        self.asks(b, "state", "busy")
        self.asks(b, "acquire read", "waiting for state")
        self.asks(a, "create write", "created")
        self.asks(a, "read", "malformed")
        self.asks(a, "write", "written")
        self.asks(a, "drain", "clear")
        self.asks(a, "leave", "left")
        self.is_so("acquire read", b.hear(), "waiting")
        self.asks(a, "release", "released")
        self.is_so("acquire read", b.hear(), "held")
        self.asks(a, "create read", "created")
        self.asks(a, "release", "released")
        self.asks(b, "release", "released")
        self.is_so("steps", (self.tree(), self.readers()), (["lock.readers"], []))

    def test_lost_while_draining(self):
        a, b = self.peer(), self.peer()
        self.asks(a, "try read", "held")
        self.asks(b, "acquire write", "waiting")
        was = a.ask("read write")
        os.unlink(self.path + ".write")
        while a.ask("read write") in ("none", "malformed", was):
            time.sleep(0.01)
        self.asks(a, "release", "released")
        answer = b.hear()
        while answer == "waiting for state":
            answer = b.hear()
        self.is_so("after the loss", answer, "held")
        self.asks(b, "still", "yes")

    def test_error_while_draining(self):
        a = self.peer()
        with open(self.path + ".readers", "w", encoding="ascii"):
            pass
        self.asks(a, "try write", re.compile("error: .*"))
        self.is_so("after the error", self.tree(), ["lock.readers"])
        os.unlink(self.path + ".readers")
        self.asks(a, "try write", "held")

    def test_dead_owner_of_the_state(self):
        a, b = self.peer(), self.peer()
        self.asks(a, "state", "held")
        self.asks(a, "create write", "created")
        self.asks(a, "write", "written")
        a.die()
        self.asks(b, "try read", "busy")
        self.is_so("the state of a dead one", self.tree(), ["lock.write"])

    def test_crowd(self, seconds=2.0, number=4):
        a, b = os.path.join(self.directory, "a"), os.path.join(self.directory, "b")
        crowd = [self.peer(poll=0.002) for _ in range(number)]
        logs = [os.path.join(self.directory, f"log{i}") for i in range(number)]
        for peer, log in zip(crowd, logs):
            peer.tell(f"crowd {seconds} 30 {a} {b} {log}")
        reads = writes = 0
        for peer in crowd:
            answer = peer.hear()
            self.is_so("crowd", answer, re.compile("done [1-9][0-9]* [0-9]+"))
            if answer.startswith("done"):
                reads += int(answer.split()[1])
                writes += int(answer.split()[2])
        with open(a, encoding="ascii") as file:
            self.is_so("the count", int(file.read() or "0"), writes)
        holds = []
        for log in logs:
            with open(log, encoding="ascii") as file:
                holds += [line.split() for line in file]
        self.is_so("the number of holds", len(holds), reads + writes)
        beside, shared = overlaps(holds)
        self.is_so("holds beside a writer", beside, 0)
        say(f"{reads} reads, {shared} of them beside others, {writes} writes")


def overlaps(holds):
    """Returns two numbers: holds that began in conflict with another hold, and readers that began
    beside readers only."""
    events = []
    for mode, since, to in holds:
        events += [(int(since), 1, mode), (int(to), 0, mode)]
    now = {"read": 0, "write": 0}
    wrong = shared = 0
    for _, begins, mode in sorted(events):
        if not begins:
            now[mode] -= 1
            continue
        if now["write"] or (mode == "write" and now["read"]):
            wrong += 1
        elif now["read"]:
            shared += 1
        now[mode] += 1
    return wrong, shared


def too_long(*_):
    raise TimeoutError("no answer")


def self_test():
    signal.signal(signal.SIGALRM, too_long)
    failures = checks = 0
    for name in sorted(dir(SelfTest)):
        if not name.startswith("test_"):
            continue
        with tempfile.TemporaryDirectory() as directory:
            test = SelfTest(directory)
            signal.alarm(30)
            try:
                getattr(test, name)()
            except Exception as error:  # the other tests must still run
                test.is_so("error", repr(error), "none")
            finally:
                signal.alarm(0)
                for peer in test.peers:
                    if peer.process.poll() is None:
                        peer.process.kill()
                    with contextlib.suppress(OSError, ValueError):
                        peer.end()
        if test.failures:
            say(f"{name} failed")
        failures += test.failures
        checks += test.checks
    say(f"{checks} checks, {failures} failures")
    return 1 if failures else 0


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--heartbeat-interval", type=float, default=30.0)
    arguments.add_argument("--stale-threshold", type=float, help="3 heartbeat intervals otherwise")
    arguments.add_argument("--poll-interval", type=float, default=0.05)
    arguments.add_argument("--grace", type=float, default=2.0)
    arguments.add_argument("--self-test", action="store_true")
    arguments.add_argument("path", nargs="?")
    given = arguments.parse_args()
    if given.self_test:
        sys.exit(self_test())
    if given.path is None:
        arguments.error("a path is needed")
    lock = SoftReadWriteLock(
        given.path,
        given.heartbeat_interval,
        given.stale_threshold,
        given.poll_interval,
        given.grace,
    )
    obey(Commands(lock))


if __name__ == "__main__":
    main()
