#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Lets `filelock verify` measure what excludes between both hosts of the storage."""

import json
import os
import re
import subprocess

LIMIT = 300  # seconds for all kinds
PORT = 4712


class MeasurementError(Exception):
    """The tool has failed, or has found what it must not find."""


def start(words, host):
    """Starts a program on a host of this name. What it writes to standard error comes with its
    output: from a guest, only the latter does."""
    shell = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@" 2>&1', host]
    return subprocess.Popen(
        [*words[0], *shell, *words[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def start_on_both(storage, tool, options):
    """Returns the processes on a and b, where these are hosts of their own, and what the first has
    said so far."""
    address = f"{os.environ['CONTROL_A']}:{PORT}"
    first = start([storage.on["a"], tool, *options, "--listen", address, storage.directory["a"]], "a")
    said = ""
    while not (token := re.search(r"--token ([0-9a-f]{32})", said)):
        line = first.stdout.readline()
        if not line:
            raise MeasurementError(f"the tool on a does not listen: {said}")
        said += line
    joining = ["verify", "--join", address, "--token", token[1], storage.directory["b"]]
    return [first, start([storage.on["b"], tool, *joining], "b")], said


def measure(storage, tool):
    """Returns what the tool prints as JSON."""
    options = ["verify", "--json", "--seconds", "3"]
    if storage.kernels == 1:
        both = [storage.directory["a"], storage.directory["b"]]
        processes, said = [start([storage.on["a"], tool, *options, *both], "a")], ""
    else:
        processes, said = start_on_both(storage, tool, options)
    try:
        said += processes[0].communicate(timeout=LIMIT)[0]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    found = [line for line in said.splitlines() if line.startswith("{")]
    if not found:
        raise MeasurementError(f"status {processes[0].returncode}: {said}")
    return json.loads(found[-1])


def judged(storage, found):
    """Returns the row of each kind as text. Raises MeasurementError if the tool denies that a kind
    excludes that does, or affirms it of one that does not."""
    rows, wrong = [], []
    for kind in found["kinds"]:
        name = kind["kind"]
        verdict = kind["error"] or ("yes" if kind["excludes"] else f"no ({kind['overlaps']} overlaps)")
        holds = kind["exclusive_holds"] + kind["shared_holds"]
        rows.append(f"{name} {verdict}, {holds} holds, notices {kind['change_notices']}")
        if (name in storage.excludes) != (verdict == "yes" and kind["finishes"] is not False):
            wrong.append(name)
    if wrong:
        raise MeasurementError(f"not as promised: {', '.join(wrong)}; {'; '.join(rows)}")
    return "; ".join(rows)
