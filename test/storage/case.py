#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""One scenario with one kind of lock: its peers, its expectations, and the observations."""

import threading
import time

from host import PATIENCE, PYTHON_PEER, Peer, ScenarioError

POLL = 0.25  # the interval of the locks
TREE = "soft_read_write_lock"
LEASE = "soft_file_lease"
STRICT = "strict_soft_file_lock"
EXPIRING = [TREE, LEASE]  # the kinds with holds that expire
SETTLE = 2  # settling time of a writer of soft_read_write_lock
SLACK = 5  # tolerance for what is due at once, on a loaded machine


class Case:
    def __init__(self, storage, oracle, program, scenario, kind):
        self.storage = storage
        self.oracle = oracle
        self.program = program
        self.kind = kind
        self.name = f"{scenario} {kind}"
        self.lock = f"{scenario}-{kind}"
        self.modes = ["write"] if kind in ("soft_file_lock", LEASE, STRICT) else ["read", "write"]
        self.threshold = storage.threshold
        # Other processes get the lock of a stopped holder within stale_limit, but not within
        # fresh_for: the holder's last stamp may be an interval old.
        self.stale_limit = self.threshold + POLL + SETTLE + SLACK
        self.fresh_for = self.threshold - storage.heartbeat
        self.peers = []
        self.failures = []
        self.seen = []
        self.rounds = 0
        self.may_overlap = False
        self.mutex = threading.Lock()

    def next_round(self):
        """Continues with a lock that no peer has used."""
        self.rounds += 1
        self.lock = f"{self.name.replace(' ', '-')}-{self.rounds}"

    def peer(self, side, host=None, make="ours", clock=None, more=()):
        options = [f"--poll-interval={POLL}"]
        if self.kind in EXPIRING:
            threshold = "duration" if self.kind == LEASE else "stale-threshold"
            options += [f"--heartbeat-interval={self.storage.heartbeat}"]
            options += [f"--{threshold}={self.threshold}"]
        options += more  # the last option of a name counts
        command = [self.program, self.kind] if make == "ours" else ["/usr/bin/python3", PYTHON_PEER]
        # Also changes the times of files, like a host with storage that leaves them to the clients.
        fake = ["env", "DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1", "faketime", "-f", clock]
        host = host or f"host-{side}"
        whole = command + options
        peer = Peer(self.storage, self.oracle, side, host, self.lock, whole, fake if clock else ())
        peer.make = make
        with self.mutex:
            self.peers.append(peer)
        return peer

    def pair(self, **how):
        return self.peer("a", **how), self.peer("b", **how)

    # Expectations. A failure is recorded, and the scenario continues.

    def expect(self, what, good, said=""):
        if not good:
            with self.mutex:
                self.failures.append(f"{what}: {said}" if said else what)
            print(f"FAILED: {self.name}: {self.failures[-1]}", flush=True)
        return good

    def asks(self, peer, what, expected, meaning=None):
        said = peer.ask(what)
        text = f"{said!r} instead of {expected!r}"
        return self.expect(meaning or f"{what} by {peer.name}", said == expected, text)

    def takes(self, peer, mode="write", limit=PATIENCE, meaning=None):
        """Waits, because a client may cache for some time a marker that is gone."""
        if not self.asks(peer, f"acquire {mode} {limit}", "held", meaning):
            raise ScenarioError(f"{peer.name} has no {mode} lock")

    def gets(self, peer, what, since, at_most, at_least=0.0):
        """Expects the peer to acquire the lock within these seconds. Returns how long it took."""
        said = peer.result(at_most + PATIENCE)
        took = time.monotonic() - since
        self.expect(what, said == "held" and at_least <= took <= at_most, f"{said} after {took:.1f} s")
        if said != "held":
            raise ScenarioError(f"{peer.name} has no lock")
        return took

    def still(self, peer, limit=PATIENCE):
        """Returns the answer to "still", once the storage gives one."""
        until = time.monotonic() + limit
        while (said := peer.ask("still")).startswith("error") and time.monotonic() < until:
            time.sleep(POLL)
        return said

    def learns_of_loss(self, peer, limit):
        until = time.monotonic() + limit
        while (said := self.loss_of(peer)) == "none" and time.monotonic() < until:
            time.sleep(POLL)
        self.expect(f"{peer.name} learns of its loss", said != "none", f"not within {limit:.0f} s")
        return said

    def loss_of(self, peer):
        """Returns "none" or the loss. Only kinds with holds that expire report it. Other kinds are
        asked whether they still hold the lock."""
        if self.kind in EXPIRING:
            return peer.ask("loss")
        return {"yes": "none", "no": "not held"}.get(said := peer.ask("still"), said)

    def release(self, peer):
        self.asks(peer, "release", "released")

    def judge(self):
        """Asks the oracle about the locks of all rounds."""
        names = {peer.lock for peer in self.peers}
        overlaps = [text for name in names for text in self.oracle.overlaps_of(name)]
        if self.may_overlap:
            self.seen.append(f"{len(overlaps)} overlaps")
        else:
            text = f"{len(overlaps)}: {'; '.join(overlaps[:3])}"
            self.expect("no hold overlaps", not overlaps, text)
        disorder = [text for name in names for text in self.oracle.disorder_of(name)]
        text = f"{len(disorder)}: {'; '.join(disorder[:3])}"
        self.expect("fence numbers grow in the order of the holds", not disorder, text)

    def end(self):
        for peer in self.peers:
            peer.end()
