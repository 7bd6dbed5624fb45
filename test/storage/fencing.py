#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Scenarios about the fence numbers of a soft_file_lease, and data behind a fence_guard."""

import itertools
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

from case import LEASE, POLL, SLACK
from host import PATIENCE, NotPromised
from locking import scenario

SEED = int(os.environ.get("FILELOCK_TEST_SEED", "1"))
TURNS = 50  # holds of each process in the crowd
ROUNDS = 20


# Numbers


class Member:
    """One of a crowd. Its process takes the lock and a number repeatedly. It is killed at random
    moments, and another process continues."""

    def __init__(self, case, number, side):
        self.case = case
        self.side = side
        self.random = random.Random(f"{SEED} {number}")
        # No process has to wait for a marker to expire: the victim's host has others in the crowd.
        self.more = ["--duration=30", "--heartbeat-interval=10"]
        self.killed = self.lost = 0
        self.peer = case.peer(side, more=self.more)

    def ask(self, what, *expected):
        """Returns whether the process has answered as expected. It may be killed instead."""
        if self.random.random() < 0.04:
            self.peer.tell(what)
            time.sleep(self.random.random() * POLL)  # the moment of the kill
            self.peer.kill()
            self.killed += 1
            self.peer = self.case.peer(self.side, more=self.more)
            return False
        said = self.peer.ask(what, 3 * PATIENCE)
        self.lost += said == "lost"
        good = said.split()[0] in expected
        return self.case.expect(f"{what} by {self.peer.name}", good, said)

    def take_turns(self):
        turns = 0
        while turns < TURNS and not self.case.failures:
            if (
                self.ask(f"acquire write {2 * PATIENCE}", "held")
                and self.ask("fence", "number", "lost")
                and self.ask("release", "released", "lost")
            ):
                turns += 1


@scenario([LEASE])
def numbers_of_killed_holders(case):
    """On network storage an eviction that takes long can remove a successor's marker. So holds may
    overlap. The numbers must be in order nevertheless."""
    case.may_overlap = True
    members = [Member(case, i, side) for i, side in enumerate("abababab")]
    with ThreadPoolExecutor(len(members)) as threads:
        for member in [threads.submit(member.take_turns) for member in members]:
            member.result()
    killed = sum(member.killed for member in members)
    lost = sum(member.lost for member in members)
    numbers = case.oracle.numbers_of(case.lock)
    case.expect("holders have numbers", len(numbers) >= len(members) * TURNS - lost)
    case.expect("processes are killed", killed > 0)
    case.seen.append(f"{len(numbers)} numbers up to {max(numbers)}")
    case.seen.append(f"{killed} processes killed, {lost} times lost")


@scenario([LEASE])
def numbers_of_alternate_clients(case):
    """Before each number both clients look for its file, and may remember that it is missing."""
    pair = case.pair()
    for i in range(1, ROUNDS // 2):
        for name in ".fence", f".fence/{i}":
            for side in "ab":
                case.storage.run(side, "stat", case.lock + name)
        peer = pair[i % 2]
        case.takes(peer)
        case.asks(peer, "fence", f"number {i}")
        case.asks(peer, "fence", f"number {i}", "a hold has one number")
        case.release(peer)


def take_away(case, how, other):
    """Removes the marker of a holder, on the side of another process."""
    if how == "break":
        case.asks(other, "break", "broken")
    else:  # as an eviction does that comes too late
        case.storage.run(other.side, "mv", case.lock, case.lock + ".moved")


@scenario([LEASE])
def no_number_for_superseded_holder(case):
    for sides, how in itertools.product(("ab", "ba"), ("break", "move") * 5):
        case.next_round()
        first, other = (case.peer(side) for side in sides)
        case.takes(first)
        case.asks(first, "still", "yes")  # its client remembers the marker
        first.may_be_superseded()
        take_away(case, how, other)
        case.takes(other)
        case.asks(other, "fence", "number 1")
        case.asks(first, "fence", "lost", f"fence after {how}")
        case.release(other)
        first.end()
        other.end()


# Data behind a guard


def takes_number(case, peer):
    case.takes(peer)
    has_number(case, peer)


def has_number(case, peer):
    said = peer.ask("fence")
    case.expect(f"{peer.name} has a number", said.startswith("number "), said)


def guards(case):
    if "file_lock" not in case.storage.excludes:
        raise NotPromised("a fence_guard needs kernel locks")


def has_data(case, peers, text):
    """Checks what the processes read. A client's cache may be old for some time."""
    for peer in peers:
        until = time.monotonic() + SLACK
        while (said := peer.ask("data")) != f"data {text}" and time.monotonic() < until:
            time.sleep(POLL)
        case.expect(f"{peer.name} reads {text}", said == f"data {text}", said)


def is_refused(case, late, successor, text):
    """Checks that the former holder cannot write, and that its successor can."""
    case.asks(late, "fence", "lost", "the former holder gets no number")
    case.asks(late, f"store {text}-late", "refused")
    has_data(case, (successor, late), text)
    case.asks(successor, "store last", "stored")
    case.asks(late, f"store {text}-late", "refused")
    has_data(case, (successor, late), "last")
    case.release(successor)
    late.ask("release")


def supersede_writer(case, sides, writes_at_once):
    late, successor = (case.peer(side) for side in sides)
    takes_number(case, late)
    case.asks(late, "store first", "stored")
    late.signal("STOP")
    late.may_be_superseded()
    since = time.monotonic()
    successor.begin_to_wait("write")
    if writes_at_once:
        late.tell("store first-late")  # the process reads it when it continues
    case.gets(successor, "after a stopped holder", since, case.stale_limit, case.fresh_for)
    has_number(case, successor)
    has_data(case, [successor], "first")
    case.asks(successor, "store second", "stored")
    late.signal("CONT")
    if writes_at_once:
        said = late.result()
        case.expect("a late write is refused", said == "refused", said)
    is_refused(case, late, successor, "second")


@scenario([LEASE])
def stopped_holder_is_refused(case):
    guards(case)
    for sides in "ab", "ba":
        for writes_at_once in True, False:
            case.next_round()
            supersede_writer(case, sides, writes_at_once)


@scenario([LEASE])
def late_holder_is_refused_beside_readers(case):
    """Before each write of a successor the late holder's client has read the guard's file and the
    data, so that its caches have their former content."""
    guards(case)
    pair = case.pair()
    readers = case.pair()
    for reader in readers:
        case.asks(reader, "highest", "highest 0")
    takes_number(case, pair[0])
    case.asks(pair[0], "store 0", "stored")
    case.release(pair[0])
    for i in range(1, ROUNDS):
        late, successor = pair[(i - 1) % 2], pair[i % 2]
        takes_number(case, successor)
        for reader in readers:
            case.asks(reader, "highest", f"highest {i}")
            reader.ask("data")
        case.asks(successor, f"store {i}", "stored")
        case.asks(late, f"store {i}-late", "refused")
        for reader in readers:
            case.asks(reader, "highest", f"highest {i + 1}")
        case.release(successor)
        has_data(case, pair, i)


@scenario([LEASE])
def late_holders_write_beside_the_present_one(case):
    """All write at the same time. No write of a late holder follows that of the present one."""
    guards(case)
    late = [case.peer(side) for side in "abab"]
    pair = case.pair()
    outcomes = {}
    for i in range(ROUNDS):
        for peer in late:
            takes_number(case, peer)
            case.release(peer)
        holder = pair[i % 2]
        takes_number(case, holder)
        for peer in [*late[:2], holder, *late[2:]]:
            peer.tell(f"store {i}" if peer is holder else f"store {i}-late")
        said = holder.result()
        case.expect("the holder writes", said == "stored", said)
        for peer in late:
            said = peer.result()
            case.expect("a late holder has a result", said in ("stored", "refused"), said)
            outcomes[said] = outcomes.get(said, 0) + 1
        has_data(case, pair, i)
        case.release(holder)
    case.seen.append(", ".join(f"late ones: {n} times {what}" for what, n in outcomes.items()))
