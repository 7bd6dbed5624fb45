#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Judges holds and their fence numbers, outside the storage and the library."""

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
        self.numbers = {}  # for each lock, the numbers in the order of the reports
        self.current = {}  # for each lock and holder, the number of its hold
        self.passed = {}  # for each lock, the greatest number of the holds that have ended
        self.below = {}  # for each lock and holder, that number when its hold began
        self.disorder = {}

    def begin(self, lock, holder, mode):
        with self.mutex:
            holds = self.holds.setdefault(lock, {})
            for other, others_mode in holds.items():
                if "write" in (mode, others_mode):
                    self.overlaps.setdefault(lock, []).append(f"{holder} beside {other}")
            # Of holds that overlap, the order is not known here.
            self.below[lock, holder] = self.passed.get(lock, 0)
            self.current.pop((lock, holder), None)
            holds[holder] = mode
            counts = self.counts.setdefault(lock, {"read": 0, "write": 0})
            counts[mode] += 1

    def end(self, lock, holder):
        """Ends the hold, also when the holder has died, or may be superseded from now on. Ending it
        twice is no error."""
        with self.mutex:
            if self.holds.get(lock, {}).pop(holder, None):
                number = self.current.get((lock, holder), 0)
                self.passed[lock] = max(number, self.passed.get(lock, 0))

    def number(self, lock, holder, number):
        """Receives the fence number of the holder's last hold. It must be greater than those of the
        holds that had ended before that hold began, and no other hold may have it."""
        with self.mutex:
            if self.current.get((lock, holder)) == number:
                return
            numbers = self.numbers.setdefault(lock, [])
            if number in numbers or number <= self.below[lock, holder]:
                text = f"{holder} has {number} after {self.below[lock, holder]}"
                self.disorder.setdefault(lock, []).append(text)
            numbers.append(number)
            self.current[lock, holder] = number

    def numbers_of(self, lock):
        with self.mutex:
            return list(self.numbers.get(lock, ()))

    def disorder_of(self, lock):
        with self.mutex:
            return list(self.disorder.get(lock, ()))

    def overlaps_of(self, lock):
        with self.mutex:
            return list(self.overlaps.get(lock, ()))

    def count_of(self, lock):
        with self.mutex:
            return dict(self.counts.get(lock, {"read": 0, "write": 0}))
