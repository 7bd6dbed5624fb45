#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Judges which holds may not overlap, outside the storage and the library."""

import threading


class Oracle:
    """Receives a report of the beginning and the end of every hold. A reported hold lies within the
    real one: the driver reports its beginning after the peer has acquired the lock, and its end
    before it asks the peer to release the lock."""

    def __init__(self):
        self.mutex = threading.Lock()
        self.holds = {}  # for each lock, the holders and their modes
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
        """Ends the hold, also when the holder has died, or may be superseded from now on. Ending it
        twice is no error."""
        with self.mutex:
            self.holds.get(lock, {}).pop(holder, None)

    def overlaps_of(self, lock):
        with self.mutex:
            return list(self.overlaps.get(lock, ()))

    def count_of(self, lock):
        with self.mutex:
            return dict(self.counts.get(lock, {"read": 0, "write": 0}))
