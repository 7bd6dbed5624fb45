#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Another implementation of marker protocol 1, as Python programs use it, for tests.

    soft_file_lock.py [--grace SECONDS] [--poll SECONDS] PATH

reads commands from standard input, a line each, and answers each with a line:

    try               held | busy                    one attempt, which may evict a marker
    acquire SECONDS   [waiting] held | timed out     attempts until one succeeds
    create            created | busy                 creates the marker, still empty
    write             held                           writes its record
    close             closed                         closes the descriptor; the lock stays
    release           released | lost                lost: the path names another file, or none
    still             yes | no                       whether the path names the marker made here
    judge             absent | held | remove         what to do about the marker
    rename            renamed NAME | absent          moves what is at the path aside
    verify            removed NAME | left NAME       removes it if it is the judged marker
    break             as judge, rename and verify    as far as they succeed
    identity [PID]    PID HOST TOKEN                 of this process or another one
    read              PID HOST TOKEN | none          what the marker says; no TOKEN: -
    rounds N FILE     done | two holders             repeats N times: acquire, flock FILE, release
    die                                              kills itself by SIGKILL

Any other failure is answered by 'error' and the reason. An empty line ends the program.
"""

import argparse
import errno
import fcntl
import os
import re
import secrets
import select
import signal
import socket
import stat
import sys
import time
from typing import NamedTuple, Optional

STRICT_SENTINEL = b"1\nfilelock-strict-v1\0\n0\n"
LARGEST_RECORD = 1024
LARGEST_PID = 2**31 - 1


class Record(NamedTuple):
    pid: int
    host: str
    token: Optional[int]

    def __bytes__(self):
        lines = [str(self.pid), self.host]
        if self.token is not None:
            lines.append(str(self.token))
        return "".join(line + "\n" for line in lines).encode()

    def __str__(self):
        return f"{self.pid} {self.host} {'-' if self.token is None else self.token}"


def parse(data):
    """Returns the record, or None if the data is malformed."""
    match = re.fullmatch(rb"([0-9]+)\n([^\n]+)\n(?:([0-9]+)\n)?", data)
    if not match or len(data) > LARGEST_RECORD:
        return None
    try:
        pid, host = int(match[1]), match[2].decode()
    except UnicodeDecodeError:
        return None
    if not 1 <= pid <= LARGEST_PID:
        return None
    return Record(pid, host, int(match[3]) if match[3] else None)


def boot_id():
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return int(file.read().strip().replace("-", ""), 16)
    except (OSError, ValueError):
        return 0


def ticks_added_to_start_times():
    """Returns the ticks that the time namespace of this process adds to start times in /proc."""
    try:
        with open("/proc/self/timens_offsets", encoding="ascii") as file:
            offsets = [line.split() for line in file]
    except OSError:
        return 0
    for clock, seconds, nanoseconds in offsets:
        if clock == "boottime":
            ns = int(seconds) * 10**9 + int(nanoseconds)
            return ns * os.sysconf("SC_CLK_TCK") // 10**9
    return 0


def start_token(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            after_name = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    start = int(after_name[22 - 3])  # field 3 is the first after the name
    return boot_id() << 64 | (start - ticks_added_to_start_times())


def identity(pid=None):
    pid = pid or os.getpid()
    return Record(pid, socket.gethostname(), start_token(pid))


def has_exited(pidfd):
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


def is_gone(owner):
    """Returns whether the death of the owner is proved."""
    if owner.host != socket.gethostname():
        return False
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    try:
        pidfd = os.pidfd_open(owner.pid)
    except OSError:
        return False  # ended just now, or a thread: the next look decides
    try:
        token = start_token(owner.pid)
        if owner.token is not None and token is not None and owner.token != token:
            return True
        return has_exited(pidfd)
    finally:
        os.close(pidfd)


def same_file(a, b):
    return (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)


class SoftFileLock:
    def __init__(self, path, grace=2.0, poll=0.05):
        self.path = path
        self.grace = grace
        self.poll = poll
        self.fd = None  # descriptor of our marker
        self.made = None  # its state after its creation
        self.judged = None  # the marker to remove
        self.aside = None  # its name after it was moved aside

    # Single steps

    def create(self):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self.fd = os.open(self.path, flags, 0o644)
        except FileExistsError:
            return False
        self.made = os.fstat(self.fd)
        return True

    def record(self):
        return bytes(identity())

    def write(self):
        left = self.record()
        while left:
            left = left[os.write(self.fd, left) :]

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def still_there(self):
        try:
            return self.made is not None and same_file(os.lstat(self.path), self.made)
        except FileNotFoundError:
            return False

    def release(self):
        there = self.still_there()
        if there:
            os.unlink(self.path)
        self.close()
        self.made = None
        return there

    def look(self):
        """Returns the marker's content and file, or nothing if there is no marker."""
        try:
            if not stat.S_ISREG(os.lstat(self.path).st_mode):
                raise RuntimeError("no regular file")
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            fd = os.open(self.path, flags)
        except FileNotFoundError:
            return None
        try:
            return os.read(fd, LARGEST_RECORD + 1), os.fstat(fd)
        finally:
            os.close(fd)

    def judge(self):
        self.judged = None
        found = self.look()
        if found is None:
            return "absent"
        data, file = found
        verdict = "held" if data == STRICT_SENTINEL else self.verdict(data, file)
        if verdict == "remove":
            self.judged = file
        return verdict

    def verdict(self, data, file):
        owner = parse(data)
        if owner:
            remove = is_gone(owner)
        else:
            remove = time.time() - file.st_mtime >= self.grace
        return "remove" if remove else "held"

    def rename(self):
        aside = f"{self.path}.break.{os.getpid()}.{secrets.token_hex(16)}"
        try:
            os.rename(self.path, aside)
        except FileNotFoundError:
            return None
        self.aside = aside
        return aside

    def verify(self):
        """Removes the renamed file if it is the judged marker. Another file stays."""
        file = os.lstat(self.aside)
        if not same_file(file, self.judged) or file.st_mtime_ns != self.judged.st_mtime_ns:
            return False
        os.unlink(self.aside)
        return True

    # Complete operations

    def break_marker(self):
        """Returns whether another attempt at once is worthwhile."""
        try:
            judgement = self.judge()
            if judgement == "remove" and self.rename():
                self.verify()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ESTALE):  # from any call
                raise
            return False  # another host has removed what this one has cached
        return judgement != "held"

    def attempt(self):
        if not self.create() and not (self.break_marker() and self.create()):
            return False
        self.write()
        return True

    def acquire(self, seconds, on_wait=lambda: None):
        until = time.monotonic() + seconds
        waits = False
        while not self.attempt():
            if not waits:
                waits = True
                on_wait()
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(self.poll, left))
        return True


def say(line):
    print(line, flush=True)


class Commands:
    def __init__(self, lock):
        self.lock = lock

    def do_try(self):
        return "held" if self.lock.attempt() else "busy"

    def do_acquire(self, seconds):
        return "held" if self.lock.acquire(float(seconds), lambda: say("waiting")) else "timed out"

    def do_create(self):
        return "created" if self.lock.create() else "busy"

    def do_write(self):
        self.lock.write()
        return "held"

    def do_close(self):
        self.lock.close()
        return "closed"

    def do_release(self):
        return "released" if self.lock.release() else "lost"

    def do_still(self):
        return "yes" if self.lock.still_there() else "no"

    def do_judge(self):
        return self.lock.judge()

    def do_rename(self):
        aside = self.lock.rename()
        return "renamed " + os.path.basename(aside) if aside else "absent"

    def do_verify(self):
        done = "removed " if self.lock.verify() else "left "
        return done + os.path.basename(self.lock.aside)

    def do_break(self):
        judgement = self.lock.judge()
        if judgement != "remove":
            return judgement
        return self.do_verify() if self.lock.rename() else "absent"

    def do_identity(self, pid=None):
        return str(identity(pid and int(pid)))

    def do_read(self):
        found = self.lock.look()
        record = found and parse(found[0])
        return str(record) if record else "none"

    def do_rounds(self, count, proof):
        with open(proof, "w", encoding="ascii") as file:
            for _ in range(int(count)):
                if not self.lock.acquire(60):
                    return "timed out"
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return "two holders"
                fcntl.flock(file, fcntl.LOCK_UN)
                if not self.lock.release():
                    return "lost"
                os.sched_yield()  # gives others a chance
        return "done"

    def do_die(self):
        os.kill(os.getpid(), signal.SIGKILL)


def obey(commands):
    """Obeys commands line by line, until an empty line or the end of the input."""
    for line in sys.stdin:
        words = line.split()
        if not words:
            break
        name = words.pop(0)
        try:
            answer = getattr(commands, "do_" + name)(*words)
        except Exception as error:  # the test must see every error
            answer = f"error: {error!r}"
        say(answer)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--grace", type=float, default=2.0)
    arguments.add_argument("--poll", type=float, default=0.05)
    arguments.add_argument("path")
    given = arguments.parse_args()
    obey(Commands(SoftFileLock(given.path, given.grace, given.poll)))


if __name__ == "__main__":
    main()
