#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Judges which holds may not overlap, outside the storage and the library."""

import threading


class Oracle:
    """Is told of the beginning and the end of every hold. A hold that is told of lies within the real
    one: the driver tells of its beginning after the peer has it, and of its end before the peer is
    asked to release it."""

    def __init__(self):
        self.mutex = threading.Lock()
        self.holds = {}  # by lock, the holders and their modes
        self.counts = {}
        self.overlaps = {}

    def begin(self, lock, holder, mode):
        with self.mutex:
            holds = self.holds.setdefault(lock, {})
            for other, others_mode in holds.items():
                if "write" in (mode, others_mode):
                    self.overlaps.setdefault(lock, []).append(f"{holder} beside {other}")
            holds[holder] = mode
            counts = self.counts.setdefault(lock, {"read": 0, "write": 0})
            counts[mode] += 1

    def end(self, lock, holder):
        """Also when the holder has died, or may be superseded from now on. Ending twice is no
        error."""
        with self.mutex:
            self.holds.get(lock, {}).pop(holder, None)

    def overlaps_of(self, lock):
        with self.mutex:
            return list(self.overlaps.get(lock, ()))

    def count_of(self, lock):
        with self.mutex:
            return dict(self.counts.get(lock, {"read": 0, "write": 0}))
