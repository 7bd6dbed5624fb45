#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Scenarios in which the server or the network fails. All cases of a fault share it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from case import EXPIRING, LEASE, SLACK, TREE
from host import PATIENCE, ScenarioError
from fencing import guards, has_data, has_number, is_refused, takes_number
from locking import KINDS, crowd, has_successor

CUT = 25  # seconds; longer than the lease of any of the storage


class Fault:
    """A fault, and the cases that wait for it. It begins when all of them are prepared. It ends
    when its length has passed and all of them have made their observations."""

    def __init__(self, storage, begin, end, length=0):
        self.storage = storage
        self.names = begin, end
        self.length = length
        self.prepared = threading.Semaphore(0)
        self.observed = threading.Semaphore(0)
        self.begun = threading.Event()
        self.ended = threading.Event()

    def begin(self):
        """A case calls this when it is prepared. Returns when the fault has begun."""
        self.prepared.release()
        self.wait(self.begun)

    def finish(self):
        """A case calls this when it has made its observations. Returns when the fault is over."""
        self.observed.release()
        self.wait(self.ended)

    def leave(self):
        """Runs at the end of every case, so that the others do not wait for it."""
        self.prepared.release()
        self.observed.release()

    @staticmethod
    def wait(event):
        if not event.wait(2 * PATIENCE):
            raise ScenarioError("the fault does not come or does not end")

    def run(self, cases):
        def wait_for_all(semaphore):
            for _ in range(cases):
                semaphore.acquire(timeout=PATIENCE)

        begin, end = self.names
        wait_for_all(self.prepared)
        self.storage.call(begin)
        since = time.monotonic()
        self.begun.set()
        try:
            wait_for_all(self.observed)
            time.sleep(max(0, since + self.length - time.monotonic()))
        finally:
            self.storage.call(end)
            self.ended.set()


def one_holder_at_most(case, a, b, keeps):
    """Checks the holder a after the fault: it still holds the lock, or it knows of its loss."""
    said = case.still(a)
    case.seen.append(f"still held: {said}")
    if keeps:
        case.expect("the hold lasts", said == "yes", said)
    if said == "yes":
        case.asks(b, "try write", "busy", "no second holder")
        if (said := a.ask("release")) != "released":  # the storage may still be slow
            case.seen.append(f"release: {said}")
    else:
        a.may_be_superseded()
        a.ask("release")
    case.takes(b, meaning="the next one gets it")
    case.release(b)


def restart(case, fault):
    a, b = case.pair()
    case.takes(a)
    fault.begin()
    fault.finish()
    one_holder_at_most(case, a, b, case.kind in case.storage.survives["restart"])


def crowd_meanwhile(case, fault):
    more = ["--settle=0"] if case.kind == TREE else []
    peers = [case.peer(side, more=more) for side in "abab"]
    with ThreadPoolExecutor(1) as thread:
        seconds = fault.length + 3 * case.threshold
        turns = thread.submit(crowd, case, peers, seconds, insists=True)
        fault.begin()
        fault.finish()
        turns.result()


def crowd_and_restart(case, fault):
    crowd_meanwhile(case, fault)


def crowd_and_cut(case, fault):
    crowd_meanwhile(case, fault)


def long_restart(case, fault):
    a, b = case.pair()
    case.takes(a)
    fault.begin()
    if case.kind in case.storage.ends_in_restart:
        # Calls on the storage may block meanwhile.
        case.learns_of_loss(a, case.threshold + SLACK)
    fault.finish()
    one_holder_at_most(case, a, b, keeps=False)


def cut(case, fault):
    """Cuts off the client of the holder."""
    a, b = case.pair()
    case.takes(a)
    b.begin_to_wait("write", 2 * PATIENCE)
    fault.begin()
    since = time.monotonic()
    if case.kind in EXPIRING and case.kind in case.storage.ends_in_cut:
        a.may_be_superseded()
        case.learns_of_loss(a, case.threshold + SLACK)
        limit = case.stale_limit + case.storage.lease
        took = case.gets(b, "meanwhile", since, limit)
        case.seen.append(f"another has it after {took:.1f} s")
        fault.finish()
        case.asks(a, "release", "lost")
        has_successor(case, a, b)
    elif case.kind in case.storage.survives["cut"]:
        fault.finish()
        case.expect("the holder keeps it", b.said.empty())
        said = case.still(a)
        case.expect("the holder still has it", said == "yes", said)
        case.release(a)
        case.gets(b, "after the release", time.monotonic(), PATIENCE)
        case.release(b)
    elif case.kind in case.storage.ends_in_cut:
        a.may_be_superseded()
        fault.finish()
        took = case.gets(b, "after the lease", since, CUT + PATIENCE)
        case.seen.append(f"another has it after {took:.1f} s")
        case.learns_of_loss(a, PATIENCE)
        a.ask("release")
        case.asks(b, "still", "yes")
        case.release(b)
    else:
        a.may_be_superseded()
        fault.finish()
        has_it = case.still(a)
        case.seen.append(f"still held: {has_it}")
        if has_it == "yes":
            case.release(a)
        case.gets(b, "after the cut", time.monotonic(), PATIENCE)
        case.asks(a, "still", "no")
        a.ask("release")
        case.release(b)


def cut_holder_is_refused(case, fault):
    """Cuts off the client of a holder, which then writes through the guard."""
    guards(case)
    a, b = case.pair()
    takes_number(case, a)
    case.asks(a, "store first", "stored")
    b.begin_to_wait("write", 2 * PATIENCE)
    fault.begin()
    since = time.monotonic()
    a.may_be_superseded()
    a.tell("store first-late")
    takes_over(case, b, since)
    has_data(case, [b], "first")
    case.asks(b, "store second", "stored")
    fault.finish()
    said = a.result(2 * PATIENCE)
    case.seen.append(f"a write during the cut: {said}")
    case.expect("a write during the cut is not done", said != "stored")
    is_refused(case, a, b, "second")


def cut_while_writing(case, fault):
    """Cuts off the client of a holder that is in the guard's run."""
    guards(case)
    a, b = case.pair()
    takes_number(case, a)
    case.asks(a, "enter first", "inside")
    b.begin_to_wait("write", 2 * PATIENCE)
    fault.begin()
    since = time.monotonic()
    a.may_be_superseded()
    takes_over(case, b, since)
    b.tell("store second")
    a.tell("continue")
    fault.finish()
    wrote = a.result(2 * PATIENCE), b.result(2 * PATIENCE)
    case.seen.append(f"a: {wrote[0]}; b: {wrote[1]}")
    case.expect("b writes", wrote[1] == "stored", wrote[1])
    if "file_lock" in case.storage.survives["cut"]:
        has_data(case, (a, b), "second")
    else:
        # The guard's lock is a kernel lock. The server has given it to b meanwhile.
        case.seen.append(b.ask("data"))
    case.asks(b, "store third", "stored")
    is_refused(case, a, b, "third")


def takes_over(case, b, since):
    took = case.gets(b, "meanwhile", since, case.stale_limit + case.storage.lease)
    case.seen.append(f"another has it after {took:.1f} s")
    has_number(case, b)


def faults(storage):
    """Returns each fault, with the scenarios that share it, each with its kinds of lock."""
    down, up = "server_down", "server_up"
    yield (down, up), [(restart, KINDS), (crowd_and_restart, EXPIRING)]
    yield (down, up, storage.threshold), [(long_restart, EXPIRING)]
    fenced = [LEASE] if LEASE in storage.ends_in_cut else []
    yield ("cut_a", "join_a", CUT), [
        (cut, KINDS),
        (crowd_and_cut, EXPIRING),
        (cut_holder_is_refused, fenced),
        (cut_while_writing, fenced),
    ]
