#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Runs scenarios in which processes on two hosts use a lock on storage that they share.

    scenarios.py FIXTURE PEER TOOL

PEER is the program built from peer.cpp, TOOL the command filelock, which measures the storage. ./inside.sh starts this and answers for the fixture.
BOOST_FILELOCK_SCENARIOS in the environment selects scenarios by name, separated by blanks.
"""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True  # no files beside the sources
from case import Case
from faults import Fault, faults
from host import Storage, ScenarioError, NotPromised
from oracle import Oracle
from locking import KINDS, scenarios
from measure import judged, measure

WORKERS = 10  # cases at once: most of them wait most of the time


class Run:
    def __init__(self, fixture, program, tool, names):
        self.fixture = fixture
        self.program = program
        self.tool = tool
        self.names = names
        self.storage = Storage()
        self.oracle = Oracle()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.mutex = threading.Lock()

    def report(self, result, text):
        with self.mutex:
            self.counts[result] += 1
            prefix = "FAILED" if result == "failed" else result
            print(f"{prefix}: {self.fixture}: {text}", flush=True)

    def case(self, function, kind):
        return Case(self.storage, self.oracle, self.program, function.__name__, kind)

    def run(self, function, kind, *more):
        case = self.case(function, kind)
        begin = time.monotonic()
        try:
            try:
                function(case, *more)
            finally:
                case.end()
        except NotPromised as why:
            self.report("skipped", f"{case.name}: {why}")
            return
        except Exception as error:  # the other cases must still run
            case.expect("the scenario goes to its end", False, repr(error))
        case.judge()
        seen = "; ".join(case.seen)
        text = f"{case.name}: {time.monotonic() - begin:.0f} s{seen and ': ' + seen}"
        self.report("failed" if case.failures else "passed", text)

    def run_beside_fault(self, function, kind, fault):
        try:
            self.run(function, kind, fault)
        finally:
            fault.leave()

    def selected(self, pairs):
        return [
            (function, kind)
            for function, kinds in pairs
            for kind in kinds
            if kind in self.storage.excludes and (not self.names or function.__name__ in self.names)
        ]

    def show_what_excludes_nothing(self, kind):
        """Reports what both clients can acquire of a kind that has no scenarios here."""
        case = self.case(self.show_what_excludes_nothing, kind)
        try:
            a, b = case.pair()
            said = [peer.ask(f"acquire write {case.threshold}") for peer in (a, b)]
        except (ScenarioError, OSError) as error:
            said = [repr(error)]
        case.end()
        self.report("skipped", f"{kind}: {self.storage.why_not}; a and b: {', '.join(said)}")

    def measure(self):
        """Compares what the tool finds with what the fixture promises."""
        try:
            self.report("passed", f"verify: {judged(self.storage, measure(self.storage, self.tool))}")
        except Exception as error:  # the other cases must still run
            self.report("failed", f"verify: {error}")

    def all(self):
        if not self.names or "verify" in self.names:
            self.measure()
        for kind in KINDS:
            if kind not in self.storage.excludes:
                self.show_what_excludes_nothing(kind)
        with ThreadPoolExecutor(WORKERS) as threads:
            for _ in threads.map(lambda pair: self.run(*pair), self.selected(scenarios)):
                pass
        for what, pairs in faults(self.storage):
            selected = self.selected(pairs)
            if selected and what[0] not in self.storage.faults:
                for function, kind in selected:
                    self.report("skipped", f"{function.__name__} {kind}: there is no server")
            elif selected:
                fault = Fault(self.storage, *what)
                with ThreadPoolExecutor(len(selected)) as threads:
                    for pair in selected:
                        threads.submit(self.run_beside_fault, *pair, fault)
                    fault.run(len(selected))
        counts = ", ".join(f"{n} {what}" for what, n in self.counts.items())
        print(f"{self.fixture}: {counts}", flush=True)
        return 1 if self.counts["failed"] else 0


if __name__ == "__main__":
    wanted = os.environ.get("BOOST_FILELOCK_SCENARIOS", "").split()
    sys.exit(Run(*sys.argv[1:4], wanted).all())
