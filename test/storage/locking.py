#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Scenarios in which the storage works as it should."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

from case import EXPIRING, LEASE, POLL, SETTLE, SLACK, STRICT, TREE
from host import PATIENCE, NotPromised

KINDS = ["file_lock", "read_write_lock", "soft_file_lock", LEASE, TREE, STRICT]
DYING = [kind for kind in KINDS if kind != STRICT]  # the kinds that a crash of the holder frees
CROWD = 12  # seconds
TURN = 60  # seconds within which one of a crowd gets its turn, whatever the storage does

# The scenarios, each with its kinds of lock, in the order in which they begin.
scenarios = []


def scenario(kinds):
    def add(function):
        scenarios.append((function, kinds))
        return function

    return add


# Crowds


def crowd(case, peers, seconds, percent=30, insists=False):
    """All of the peers acquire the lock repeatedly. Peers that insist continue after an error or a
    loss, which a fault may have caused, and the last result counts. Python programs always insist,
    because an error of the storage is an exception there."""
    until = time.monotonic() + seconds

    def goes_on(said, insists):
        now = time.monotonic()
        return now < until or (insists and said != "released" and now < until + PATIENCE)

    def take_part(peer):
        trouble = {}
        said = None
        starved = False
        insists_too = insists or peer.make == "python"
        while goes_on(said, insists_too):
            mode = random.choices(case.modes, (100 - percent, percent)[-len(case.modes) :])[0]
            said = peer.ask(f"acquire {mode} {TURN}", 2 * PATIENCE)
            starved |= said == "timed out"
            if said == "held":
                time.sleep(random.random() * 0.004)
                said = peer.ask("release", 2 * PATIENCE)
            if said != "released":
                trouble[said] = trouble.get(said, 0) + 1
                if not insists_too:
                    break
                time.sleep(POLL)
        return said, trouble, starved

    with ThreadPoolExecutor(len(peers)) as threads:
        for peer, (said, trouble, starved) in zip(peers, threads.map(take_part, peers)):
            case.expect(f"{peer.name} takes and releases", said == "released", said)
            case.expect(f"{peer.name} gets its turn within {TURN} s", not starved)
            case.seen += [f"{peer.name}: {n} x {what}" for what, n in trouble.items()]
    count = case.oracle.count_of(case.lock)
    case.expect("each mode has its turns", all(count[mode] for mode in case.modes), f"{count}")
    case.seen.append(", ".join(f"{n} times {mode}" for mode, n in count.items() if mode in case.modes))


@scenario(KINDS)
def crowd_of_four(case):
    more = ["--settle=0"] if case.kind == TREE else []
    crowd(case, [case.peer(side, more=more) for side in "abab"], CROWD)


@scenario([TREE])
def crowd_beside_python(case):
    crowd(case, [case.peer(side, make=make) for side in "ab" for make in ("ours", "python")], CROWD)


@scenario(DYING)
def crowd_with_crashes(case):
    peers = [case.peer(side) for side in "ab"]

    def crash():
        # The victim's host has a peer in the crowd: only that peer can evict a soft_file_lock's
        # marker, or that of a soft_file_lease at once.
        for side in "ab":
            victim = case.peer(side)
            case.takes(victim)
            victim.kill()

    with ThreadPoolExecutor(1) as thread:
        crashes = thread.submit(crash)
        crowd(case, peers, CROWD)
        crashes.result()


# Two processes


@scenario(KINDS)
def exclusion(case):
    a, b = case.pair()
    for one, other in (a, b), (b, a):
        case.takes(one)
        for mode in case.modes:
            case.asks(other, f"try {mode}", "busy")
        case.asks(one, "still", "yes")
        case.release(one)
        if "read" in case.modes:
            case.takes(one, "read")
            case.asks(other, "try write", "busy")
            case.takes(other, "read")
            case.release(one)
            case.release(other)


@scenario([TREE])
def exclusion_beside_python(case):
    a, b = case.peer("a", make="python"), case.peer("b")
    for one, other in (a, b), (b, a):
        for mode, others in ("write", "read"), ("write", "write"), ("read", "write"):
            case.takes(one, mode)
            case.asks(other, f"try {others}", "busy")
            case.release(one)


def pass_on(case, a, b):
    longest = 0
    for one in case.modes:
        for other in case.modes:
            if one == other == "read":
                continue
            case.takes(a, one)
            b.begin_to_wait(other)
            case.expect("the waiter has it not before the release", b.said.empty())
            since = time.monotonic()
            case.release(a)
            took = case.gets(b, f"{other} after {one}", since, 2 * SETTLE + SLACK)
            longest = max(longest, took)
            case.release(b)
    return longest


@scenario(KINDS)
def hand_over(case):
    a, b = case.pair()
    longest = max(pass_on(case, a, b), pass_on(case, b, a))
    case.seen.append(f"{longest:.1f} s at most")


@scenario([TREE])
def hand_over_beside_python(case):
    a, b = case.peer("a", make="python"), case.peer("b")
    longest = max(pass_on(case, a, b), pass_on(case, b, a))
    case.seen.append(f"{longest:.1f} s at most")


# Crashes


@scenario(DYING)
def crash_seen_by_other_host(case):
    for mode in case.modes:
        case.next_round()
        a, b = case.pair()
        case.takes(a, mode)
        b.begin_to_wait("write", PATIENCE if case.kind != "soft_file_lock" else SLACK)
        a.kill()
        since = time.monotonic()
        if case.kind in EXPIRING:
            took = case.gets(b, f"after a dead {mode}", since, case.stale_limit, case.fresh_for)
        elif case.kind == "soft_file_lock":
            said = b.result()
            case.expect("a marker of another host stays", said == "timed out", said)
            continue
        else:
            took = case.gets(b, f"after a dead {mode}", since, SLACK)
        case.seen.append(f"{mode}: after {took:.1f} s")
        case.release(b)


@scenario(DYING)
def crash_seen_by_same_host(case):
    for mode in case.modes:
        case.next_round()
        first, second = case.peer("a"), case.peer("a")
        case.takes(first, mode)
        first.kill()
        since = time.monotonic()
        second.tell(f"acquire write {PATIENCE}")
        limit = SETTLE + SLACK + (case.threshold if case.kind == TREE else 0)
        took = case.gets(second, f"after a dead {mode}", since, limit)
        case.seen.append(f"{mode}: after {took:.1f} s")
        case.release(second)


@scenario([STRICT])
def crash_keeps_the_others_out(case):
    for victim in "ab":
        case.next_round()
        first, same, other = case.peer(victim), case.peer("a"), case.peer("b")
        case.takes(first)
        first.kill()
        for peer in same, other:
            case.asks(peer, f"acquire write {POLL + SLACK}", "timed out")
        first.may_be_superseded()
        case.asks(other, "break", "broken")
        for peer in same, other:
            case.takes(peer, meaning="it is free when the claims are removed")
            case.release(peer)


@scenario([TREE])
def crash_of_waiting_writer(case):
    reader, a, b = case.peer("a"), case.peer("a"), case.peer("b")
    case.takes(reader, "read")
    a.begin_to_wait("write")
    a.kill()
    since = time.monotonic()
    case.release(reader)
    b.tell(f"acquire read {PATIENCE}")
    took = case.gets(b, "read after a dead writer that waited", since, case.stale_limit)
    case.seen.append(f"after {took:.1f} s")
    case.release(b)


# Stopped holders


def has_successor(case, first, successor):
    """Checks what must hold when the first one runs again."""
    case.asks(first, "still", "no", "the first one does not hold it")
    case.asks(successor, "still", "yes", "the successor holds it")
    case.asks(successor, "loss", "none", "the successor has lost nothing")
    third = case.peer("a")
    if not case.asks(third, "try write", "busy", "the successor's marker is there"):
        third.ask("release")
    case.release(successor)
    case.takes(first, meaning="the first one gets it again")
    case.release(first)


def supersede(case, mode, other):
    a, b = case.pair()
    case.takes(a, mode)
    a.signal("STOP")
    a.may_be_superseded()
    since = time.monotonic()
    b.begin_to_wait(other)
    case.gets(b, f"{other} after a stopped {mode}", since, case.stale_limit, case.fresh_for)
    a.signal("CONT")
    case.learns_of_loss(a, SLACK)
    case.asks(a, "release", "lost")
    has_successor(case, a, b)


@scenario(EXPIRING)
def writer_superseded_by_writer(case):
    supersede(case, "write", "write")


@scenario([TREE])
def writer_superseded_by_reader(case):
    supersede(case, "write", "read")


@scenario([TREE])
def reader_superseded_by_writer(case):
    supersede(case, "read", "write")


@scenario(EXPIRING)
def superseded_writer_releases_at_once(case):
    a, b = case.pair()
    case.takes(a)
    a.signal("STOP")
    a.may_be_superseded()
    since = time.monotonic()
    b.begin_to_wait("write")
    a.tell("release")  # the process reads it when it continues
    case.gets(b, "write after a stopped write", since, case.stale_limit, case.fresh_for)
    a.signal("CONT")
    said = a.result()
    case.expect("the release reports the loss", said == "lost", said)
    has_successor(case, a, b)


@scenario(["soft_file_lock"])
def superseded_by_lifetime(case):
    more = [f"--lifetime={case.threshold}"]
    for learns in True, False:
        case.next_round()
        a, b = case.pair(more=more)
        since = time.monotonic()
        case.takes(a)
        a.signal("STOP")
        b.begin_to_wait("write")
        a.may_be_superseded()
        case.gets(b, "after its lifetime", since, case.threshold + POLL + 2 * SLACK)
        a.signal("CONT")
        if learns:
            case.learns_of_loss(a, SLACK)
        a.ask("release")  # may report that the marker was another's
        has_successor(case, a, b)


@scenario(["file_lock", "read_write_lock", "soft_file_lock", STRICT])
def stopped_holder_keeps_it(case):
    a, b = case.pair()
    case.takes(a)
    a.signal("STOP")
    case.asks(b, f"acquire write {case.threshold}", "timed out")
    a.signal("CONT")
    case.asks(a, "still", "yes")
    case.release(a)
    case.takes(b)
    case.release(b)


# Hosts and clocks


@scenario(["soft_file_lock", *EXPIRING, STRICT])
def two_hosts_of_one_name(case):
    if case.storage.kernels == 1:
        raise NotPromised("a and b share a kernel, so they are one host")
    a, b = case.pair(host="twin")
    for one, other in (a, b), (b, a):
        case.takes(one)
        case.asks(other, f"acquire write {case.threshold + POLL}", "timed out")
        case.asks(one, "still", "yes")
        case.asks(one, "loss", "none")
        one.ask("release")
        other.ask("release")


def keeps_with_clock(case, clock):
    a, b = case.peer("a", clock=clock), case.peer("b")
    for one, other in (a, b), (b, a):
        case.takes(one)
        said = other.ask(f"acquire write {case.threshold + POLL}")
        case.expect(f"{one.name} keeps it", said == "timed out", said)
        case.asks(one, "still", "yes")
        case.release(one)
    if case.kind in EXPIRING:
        case.takes(a)
        a.kill()
        b.tell(f"acquire write {PATIENCE}")
        case.gets(b, "after a crash", time.monotonic(), case.stale_limit)


@scenario(["soft_file_lock", *EXPIRING, STRICT])
def clock_an_hour_fast(case):
    keeps_with_clock(case, "+1h")


@scenario(["soft_file_lock", *EXPIRING, STRICT])
def clock_an_hour_slow(case):
    if case.kind in EXPIRING and case.storage.times == "client":
        raise NotPromised("clients set the times of files, so none may be behind by the threshold")
    keeps_with_clock(case, "-1h")
