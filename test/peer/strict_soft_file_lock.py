#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Another implementation of the strict lock with claims, for tests.

    strict_soft_file_lock.py [--grace SECONDS] [--poll SECONDS] PATH

reads commands from standard input, a line each, and answers each with a line. In an error, NAME is
the file name of what is damaged: a claim, a private record, a directory or PATH itself. KIND is
held or intent. The grace period is the age at which a private record with one link is litter.

    try                   held | busy | error NAME  one attempt
    acquire SECONDS       [waiting] held | timed out | error NAME
                                                    attempts until one succeeds
    release               released | error NAME     error: NAME is left; another release tries again
    still                 yes | no                  whether both claims are there
    token                 TOKEN | none              of the claims made here
    claims                NAME... | none            what is in the claim directory, sorted
    read NAME             TOKEN PID HOST START | none | error NAME
                                                    what a claim says; no START: -
    break NAME            broken | absent           removes one name that 'claims' lists
    rounds N FILE         done | two holders        repeats N times: acquire, flock FILE, release
    die                                             kills itself by SIGKILL

The following commands are the single steps of an attempt. The hold begins when 'scan' answers free
after 'hold'. Claims stay until they are withdrawn, whatever 'scan' and 'hold' answer.

    open                  open | busy | error NAME  makes the directories, opens the sentinel
    scan                  free | busy | smaller intent | error NAME
                                                    judges the claims as the attempt so far demands
    intent                TOKEN | busy              publishes an intent for a fresh token
    hold                  linked | busy             links the intent to held; busy: it is gone
    withdraw KIND         withdrawn | error NAME    removes that claim

A complete attempt is: open, scan, intent, scan, hold, scan. The last scan is repeated for 50 ms
while it says 'smaller intent', which no other scan says.

    litter                NAME                      leaves a private record of an intent, not linked
    litter linked         NAME                      the same after the link; the intent stays too

Any other failure is answered by 'error:' and the reason. An empty line ends the program.
"""

import argparse
import contextlib
import errno
import math
import os
import random
import re
import secrets
import stat
import sys
import time
from typing import NamedTuple, Optional

sys.dont_write_bytecode = True  # no files beside the sources
import soft_file_lock as protocol_1
from soft_file_lock import LARGEST_PID, LARGEST_RECORD, STRICT_SENTINEL, same_file, say

RESCAN_SECONDS = 0.05
CLAIM = re.compile(r"(intent|held)-v1-([0-9a-f]{32})\.claim")
PRIVATE_SUFFIX = r"\.private-v1-[0-9a-f]{32}\.tmp"
PRIVATE_CLAIM = re.compile(rf"\.{CLAIM.pattern}{PRIVATE_SUFFIX}")
NO_HARD_LINKS = (errno.ENOSYS, errno.EXDEV, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM)


class Damage(Exception):
    """An error that names the file at fault."""

    @property
    def name(self):
        return self.args[0].encode("ascii", "backslashreplace").decode()


class Record(NamedTuple):
    token: str
    pid: int
    host: str
    start: Optional[int]

    def __bytes__(self):
        start = "" if self.start is None else self.start
        host = self.host.encode().hex()
        return f"filelock-strict-v1\n{self.token}\n{self.pid}\n{host}\n{start}\n".encode("ascii")

    def __str__(self):
        return f"{self.token} {self.pid} {self.host} {'-' if self.start is None else self.start}"


def parse(data):
    """Returns the record of a claim, or None if the data is malformed."""
    match = re.fullmatch(
        rb"filelock-strict-v1\n([0-9a-f]{32})\n([1-9][0-9]*)\n((?:[0-9a-f]{2})+)\n([0-9]*)\n", data
    )
    if not match or len(data) > LARGEST_RECORD or int(match[2]) > LARGEST_PID:
        return None
    try:
        host = bytes.fromhex(match[3].decode()).decode()
    except UnicodeDecodeError:
        return None
    if not host.isprintable() or " " in host:
        return None
    start = int(match[4]) if match[4] else None
    return Record(match[1].decode(), int(match[2]), host, start)


def record_for(token):
    us = protocol_1.identity()
    record = Record(token, us.pid, us.host, us.token)
    if parse(bytes(record)) != record:
        raise RuntimeError(f"others cannot read a claim of host {us.host!r}")
    return record


def is_marker(data):
    """Returns whether the data is a record of protocol 1 or 2 or a beginning of one."""
    first_line_2 = b"filelock/2\n"
    return len(data) <= LARGEST_RECORD and (
        not data.strip(b"\0")
        or first_line_2.startswith(data)
        or data.startswith(first_line_2)
        or bool(re.fullmatch(rb"[0-9]{1,10}(\n([^\n]*|[^\n]+\n([0-9]+\n?)?))?", data))
    )


def claim_name(kind, token):
    return f"{kind}-v1-{token}.claim"


def read_regular(directory, name):
    """Returns the content of a regular file, as far as it matters, or None if there is no file."""
    try:
        if not stat.S_ISREG(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode):
            raise Damage(name)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        fd = os.open(name, flags, dir_fd=directory)
    except FileNotFoundError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Damage(name)
        data = b""
        while len(data) <= LARGEST_RECORD:
            more = os.read(fd, LARGEST_RECORD + 1 - len(data))
            if not more:
                break
            data += more
        return data
    finally:
        os.close(fd)


def read_claim(directory, name):
    """Returns the record, or None if the claim has just gone. Raises OSError for ESTALE alone."""
    try:
        data = read_regular(directory, name)
    except OSError as error:
        if error.errno == errno.ESTALE:
            raise
        raise Damage(name) from error
    if data is None:
        return None
    record, match = parse(data), CLAIM.fullmatch(name)
    if not record or not match or record.token != match[2]:
        raise Damage(name)
    return record


def open_directory(name, parent):
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise Damage(name) from error
        raise


def remove_litter(directory, name, grace):
    try:
        file = os.stat(name, dir_fd=directory, follow_symlinks=False)
        if not stat.S_ISREG(file.st_mode):
            raise Damage(name)
        if file.st_nlink > 1 or time.time() - file.st_mtime >= grace:
            os.unlink(name, dir_fd=directory)
    except OSError as error:
        # Another process was faster, or it is litter of another user.
        if error.errno not in (errno.ENOENT, errno.ESTALE, errno.EACCES, errno.EPERM):
            raise


def link(directory, source, public, fd):
    """Links the open file, which has the name `source`. Returns whether `public` names it now.

    False means that the source is gone or that another process interfered. The other outcome is
    Damage: the public name is another file.
    """
    for _ in range(3):
        try:
            os.link(
                source, public, src_dir_fd=directory, dst_dir_fd=directory, follow_symlinks=False
            )
        except FileNotFoundError:
            return False
        except FileExistsError:
            # A file server that repeats a request answers so to its own success.
            if os.fstat(fd).st_nlink == 1:
                found = read_regular(directory, public)
                if found is None:
                    continue  # EEXIST is transient on some file systems
                if found != os.pread(fd, LARGEST_RECORD + 1, 0):
                    raise Damage(public) from None
        except OSError as error:
            if error.errno in NO_HARD_LINKS:
                raise RuntimeError("the file system has no hard links") from error
            raise
        return names(directory, public, fd)
    return False


def names(directory, name, fd):
    try:
        file = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return same_file(file, os.fstat(fd))


class PrivateRecord:
    """A complete record that has no public name yet."""

    def __init__(self, directory, public, content):
        self.directory = directory
        self.public = public
        self.name = f".{public}.private-v1-{secrets.token_hex(16)}.tmp"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self.fd = os.open(self.name, flags, 0o644, dir_fd=directory)
        try:
            while content:
                written = os.write(self.fd, content)
                if not written:
                    raise OSError(errno.EIO, "the record cannot be written")
                content = content[written:]
        except BaseException:
            self.remove()
            os.close(self.fd)
            raise

    def link(self):
        return link(self.directory, self.name, self.public, self.fd)

    def remove(self):
        with contextlib.suppress(OSError):  # once linked, it is litter that any process removes
            os.unlink(self.name, dir_fd=self.directory)


class StrictSoftFileLock:
    def __init__(self, path, grace=2.0, poll=0.05):
        self.path = path
        self.base = os.path.basename(path)
        self.grace = grace
        self.poll = poll
        self.parent = None  # descriptors of the directories
        self.directory = None
        self.fd = None  # descriptor of our claims, which are one file
        self.token = None  # of our claims
        self.own = set()  # the kinds of our claims

    # Directories

    def resolve(self):
        """Resolves the parent directory, once for an acquisition."""
        if self.own:
            raise RuntimeError("has claims already")
        self.close()
        parent = os.path.realpath(os.path.dirname(self.path) or ".")
        self.parent = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self):
        for fd in self.parent, self.directory, self.fd:
            if fd is not None:
                os.close(fd)
        self.parent = self.directory = self.fd = None

    def open_claims(self, create=False):
        """Opens the claim directory afresh."""
        fd = os.dup(self.parent)
        for level in f"{self.base}.filelock", "claims":
            try:
                if create:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(level, 0o777, dir_fd=fd)
                below = open_directory(level, fd)
            finally:
                os.close(fd)
            fd = below
        return fd

    @contextlib.contextmanager
    def opened_claims(self):
        fd = self.open_claims()
        try:
            yield fd
        finally:
            os.close(fd)

    # Single steps

    def open(self):
        """Returns whether the sentinel is at the path."""
        directory = self.open_claims(create=True)
        if self.directory is not None:
            os.close(self.directory)
        self.directory = directory
        at_path = self.look()
        if at_path == "absent":
            self.publish_sentinel()
            at_path = self.look()
        if at_path == "sentinel":
            self.remove_litter_of_sentinel()
        return at_path == "sentinel"

    def look(self):
        try:
            data = read_regular(self.parent, self.base)
        except PermissionError:
            return "other"  # the lock of an unknown owner
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Damage(self.base) from error
            raise
        if data is None:
            return "absent"
        if data == STRICT_SENTINEL:
            return "sentinel"
        if not is_marker(data):
            raise Damage(self.base)
        return "other"

    def publish_sentinel(self):
        """Publishes the sentinel. Never removes it: other processes may already rely on it."""
        private = PrivateRecord(self.parent, self.base, STRICT_SENTINEL)
        try:
            private.link()
        except Damage:
            pass  # the caller looks what is there
        finally:
            private.remove()
            os.close(private.fd)

    def remove_litter_of_sentinel(self):
        """Lists the parent directory only if a publisher has left its private record."""
        with contextlib.suppress(FileNotFoundError):
            if os.stat(self.base, dir_fd=self.parent, follow_symlinks=False).st_nlink == 1:
                return
        litter = re.compile(rf"\.{re.escape(self.base)}{PRIVATE_SUFFIX}")
        for name in filter(litter.fullmatch, os.listdir(self.parent)):
            remove_litter(self.parent, name, self.grace)

    def publish_intent(self):
        """Returns whether the intent is published."""
        if self.own:
            raise RuntimeError("has claims already")
        token = secrets.token_hex(16)
        name = claim_name("intent", token)
        private = PrivateRecord(self.directory, name, bytes(record_for(token)))
        # From here the intent counts as ours, even if the link fails: a file server may have made
        # the link before it reported an error.
        self.token, self.fd = token, private.fd
        self.own = {"intent"}
        try:
            return private.link()
        except Damage:
            self.disown("intent")
            raise
        finally:
            private.remove()

    def hold(self):
        """Returns whether the intent is linked to held."""
        if self.own != {"intent"}:
            raise RuntimeError("has not just an intent")
        self.own.add("held")
        intent, held = (claim_name(kind, self.token) for kind in ("intent", "held"))
        try:
            return link(self.directory, intent, held, self.fd)
        except Damage:
            self.disown("held")
            raise

    def withdraw(self, kind):
        """Removes a claim. One that an operator has broken is absent already."""
        if kind not in self.own:
            raise RuntimeError(f"has no {kind}")
        name = claim_name(kind, self.token)
        try:
            os.unlink(name, dir_fd=self.directory)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise Damage(name) from error
        self.disown(kind)

    def disown(self, kind):
        self.own.remove(kind)
        if not self.own:
            self.token = None
            os.close(self.fd)
            self.fd = None

    def withdraw_all(self):
        for kind in "held", "intent":
            if kind in self.own:
                self.withdraw(kind)

    def scan(self):
        return self.judge(self.listed_claims())

    def listed_claims(self):
        """Returns pairs of kind and token. Removes litter."""
        claims, stale = set(), set()
        try:
            with self.opened_claims() as fd:
                for name in sorted(os.listdir(fd)):
                    match = CLAIM.fullmatch(name)
                    if PRIVATE_CLAIM.fullmatch(name):
                        remove_litter(fd, name, self.grace)
                    elif match:
                        try:
                            there = read_claim(fd, name)
                        except OSError:
                            stale.add(name)
                        else:
                            if there:
                                claims.add(match.groups())
                    elif not name.startswith("."):
                        raise Damage(name)
            if stale:
                with self.opened_claims() as fd:
                    claims |= {CLAIM.fullmatch(name).groups() for name in stale & {*os.listdir(fd)}}
        except FileNotFoundError as error:
            raise Damage(f"{self.base}.filelock") from error
        return claims

    def judge(self, claims):
        intents = {token for kind, token in claims if kind == "intent"}
        held = {token for kind, token in claims if kind == "held"}
        if not self.own:
            return "busy" if claims else "free"
        if "held" not in self.own:
            first = not held and intents and min(intents) == self.token
            return "free" if first else "busy"
        if self.token not in intents & held:
            return "busy"
        smaller = {token for token in intents | held if token < self.token}
        if not smaller:
            return "free"
        return "busy" if smaller & held else "smaller intent"

    # Complete operations

    def scan_again(self, until):
        """Returns whether the lock is held. Lets a smaller intent withdraw first."""
        until = min(until, time.monotonic() + RESCAN_SECONDS)
        while True:
            judgement = self.scan()
            if judgement != "smaller intent" or time.monotonic() >= until:
                return judgement == "free"
            time.sleep(0.001)

    def attempt(self, until):
        held = False
        try:
            held = (
                self.open()
                and self.scan() == "free"
                and self.publish_intent()
                and self.scan() == "free"
                and self.hold()
                and self.scan_again(until)
            )
        finally:
            if not held:
                self.withdraw_all()
        return held

    def try_once(self):
        self.resolve()
        return self.attempt(math.inf)

    def acquire(self, seconds, on_wait=lambda: None):
        self.resolve()
        until = time.monotonic() + seconds
        step = 0.001
        waits = False
        while not self.attempt(until):
            if not waits:
                waits = True
                on_wait()
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(random.uniform(0, step), left))
            step = min(2 * step, self.poll)
        return True

    def release(self):
        if not self.own:
            raise RuntimeError("has no claims")
        self.withdraw_all()
        self.close()
        return True

    def still_there(self):
        if self.own != {"intent", "held"}:
            return False
        try:
            with self.opened_claims() as fd:
                return all(names(fd, claim_name(kind, self.token), self.fd) for kind in self.own)
        except (FileNotFoundError, Damage):
            return False


class Commands:
    def __init__(self, lock):
        self.lock = lock

    do_rounds = protocol_1.Commands.do_rounds
    do_die = protocol_1.Commands.do_die

    @contextlib.contextmanager
    def any_claims(self):
        """Yields the claim directory, whether or not there is an attempt; None if it is absent."""
        other = StrictSoftFileLock(self.lock.path)
        try:
            other.resolve()
            with other.opened_claims() as fd:
                yield fd
        finally:
            other.close()

    def do_try(self):
        return "held" if self.lock.try_once() else "busy"

    def do_acquire(self, seconds):
        return "held" if self.lock.acquire(float(seconds), lambda: say("waiting")) else "timed out"

    def do_release(self):
        self.lock.release()
        return "released"

    def do_still(self):
        return "yes" if self.lock.still_there() else "no"

    def do_token(self):
        return self.lock.token or "none"

    def claims(self):
        try:
            with self.any_claims() as fd:
                return sorted(name for name in os.listdir(fd) if not name.startswith("."))
        except FileNotFoundError:
            return []

    def do_claims(self):
        return " ".join(self.claims()).encode("ascii", "backslashreplace").decode() or "none"

    def do_read(self, name):
        if name not in self.claims():
            return "none"
        with self.any_claims() as fd:
            return str(read_claim(fd, name) or "none")

    def do_break(self, name):
        if name not in self.claims():
            return "absent"
        with self.any_claims() as fd:
            try:
                os.unlink(name, dir_fd=fd)
            except FileNotFoundError:
                return "absent"
        return "broken"

    def do_open(self):
        self.lock.resolve()
        return "open" if self.lock.open() else "busy"

    def do_scan(self):
        return self.lock.scan()

    def do_intent(self):
        if self.lock.publish_intent():
            return self.lock.token
        self.lock.withdraw_all()
        return "busy"

    def do_hold(self):
        return "linked" if self.lock.hold() else "busy"

    def do_withdraw(self, kind):
        self.lock.withdraw(kind)
        return "withdrawn"

    def do_litter(self, linked=None):
        if linked not in (None, "linked"):
            raise ValueError(linked)
        token = secrets.token_hex(16)
        other = StrictSoftFileLock(self.lock.path)
        try:
            other.resolve()
            other.open()
            name = claim_name("intent", token)
            private = PrivateRecord(other.directory, name, bytes(record_for(token)))
            if linked and not private.link():
                raise RuntimeError("the record could not be linked")
            os.close(private.fd)
            return private.name
        finally:
            other.close()


def obey(commands):
    """Obeys commands line by line, as protocol 1 does, and answers damage by the name."""

    class Answers:
        def __getattr__(self, command):
            do = getattr(commands, command)

            def answer(*words):
                try:
                    return do(*words)
                except Damage as damage:
                    return f"error {damage.name}"

            return answer

    protocol_1.obey(Answers())


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--grace", type=float, default=2.0)
    arguments.add_argument("--poll", type=float, default=0.05)
    arguments.add_argument("path")
    given = arguments.parse_args()
    obey(Commands(StrictSoftFileLock(given.path, given.grace, given.poll)))


if __name__ == "__main__":
    main()
