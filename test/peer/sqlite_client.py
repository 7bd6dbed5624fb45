#!/usr/bin/python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""A client of SQLite, for tests.

    sqlite_client.py [--filelock] PATH

opens a database and reads commands from standard input, a line each, and answers each with a line:

    open PATH             opened               another database; the old one is closed
    try MODE              held | busy          begins a transaction: read, immediate or exclusive
    acquire MODE [MS]     waiting held | busy  two lines; waits for others, about a minute
    read                  SUM | busy           a digest of the tables
    write                 done | busy          changes a row
    spill                 done | busy          changes all rows, more than fit into the cache
    commit                done | busy          busy: the transaction goes on
    rollback              done
    hurry                 done                 never waits for the disk from now on
    make [MODE]           made                 tables and rows, with this journal mode
    check                 ok | what is wrong   by PRAGMA integrity_check
    close                 closed               the connection
    rounds N ROLE FILES   done N | torn ...    N times: begin for the role (reader, upgrade,
                                               writer), read the two files, a writer writes both
    die                                        kills itself by SIGKILL

With --filelock a transaction begins and ends as a hold of ReadWriteLock of Python's filelock does,
and is read or exclusive. Any other failure is answered by 'error' and the reason.
"""

import argparse
import hashlib
import os
import signal
import sqlite3
import sys

ROWS = 200
PATIENCE = 300000  # ms: a bound that only ends a hang


def say(line):
    print(line, flush=True)


def is_busy(error):
    return isinstance(error, sqlite3.OperationalError) and "database is locked" in str(error)


class Client:
    begins = {
        "read": ["BEGIN", "SELECT name FROM sqlite_master LIMIT 1"],
        "immediate": ["BEGIN IMMEDIATE"],
        "exclusive": ["BEGIN EXCLUSIVE"],
    }

    def __init__(self, path):
        self.connection = None
        self.do_open(path)

    def sql(self, text, *values):
        return self.connection.execute(text, values).fetchall()

    def attempt(self, *steps, timeout=0):
        """Returns whether the steps succeed. False means that another client has a lock."""
        try:
            self.sql(f"PRAGMA busy_timeout={timeout}")
            for step in steps:
                self.sql(step)
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return False
            raise
        return True

    def begin(self, mode, timeout=0):
        if self.attempt(*self.begins[mode], timeout=timeout):
            return True
        if self.connection.in_transaction:
            self.sql("ROLLBACK")
        return False

    def do_open(self, path):
        self.do_close()
        self.connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        return "opened"

    def do_close(self):
        if self.connection:
            self.connection.close()
        self.connection = None
        return "closed"

    def do_try(self, mode):
        return "held" if self.begin(mode) else "busy"

    def do_acquire(self, mode, timeout=PATIENCE):
        say("waiting")
        return "held" if self.begin(mode, timeout) else "busy"

    def do_read(self):
        try:
            rows = self.sql("SELECT id, body FROM item ORDER BY id")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return "busy"
            raise
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def do_write(self):
        return "done" if self.attempt("UPDATE item SET body = body || 'x' WHERE id = 1") else "busy"

    def do_spill(self):
        self.sql("PRAGMA cache_size=1")
        return "done" if self.attempt("UPDATE item SET body = upper(body)") else "busy"

    def do_commit(self):
        return "done" if self.attempt("COMMIT") else "busy"

    def do_rollback(self):
        self.sql("ROLLBACK")
        return "done"

    def do_hurry(self):
        self.sql("PRAGMA synchronous=OFF")
        return "done"

    def do_make(self, journal="delete"):
        self.do_hurry()
        self.sql(f"PRAGMA journal_mode={journal}")
        self.sql("CREATE TABLE item (id INTEGER PRIMARY KEY, body TEXT)")
        self.sql("BEGIN")
        for i in range(ROWS):
            self.sql("INSERT INTO item VALUES (?, ?)", i, f"row {i} " * 50)
        self.sql("COMMIT")
        return "made"

    def do_check(self):
        return self.sql("PRAGMA integrity_check")[0][0]

    def do_rounds(self, count, role, *names):
        mode = {"reader": "read", "upgrade": "immediate", "writer": "exclusive"}[role]
        for _ in range(int(count)):
            while not self.begin(mode, 20):
                pass
            found = [read_number(name) for name in names]
            if len(set(found)) != 1:
                return f"torn {found}"
            if role == "writer":
                for name in names:
                    write_number(name, found[0] + 1)
            elif [read_number(name) for name in names] != found:
                return f"changed {found}"
            self.do_rollback()
        return f"done {count}"

    def do_die(self):
        os.kill(os.getpid(), signal.SIGKILL)


class ReadWriteLock(Client):
    """One connection. The first beginner ensures that no journal is ever written."""

    begins = {
        "read": [
            "PRAGMA journal_mode=MEMORY",
            "BEGIN TRANSACTION",
            "SELECT name FROM sqlite_schema LIMIT 1",
        ],
        "exclusive": ["PRAGMA journal_mode=MEMORY", "BEGIN EXCLUSIVE TRANSACTION"],
    }

    def do_rollback(self):
        self.connection.rollback()
        return "done"


def read_number(name):
    with open(name, encoding="ascii") as file:
        return int(file.read() or -1)  # empty while a process writes it


def write_number(name, number):
    with open(name, "w", encoding="ascii") as file:
        file.write(str(number))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--filelock", action="store_true")
    arguments.add_argument("path")
    given = arguments.parse_args()
    client = (ReadWriteLock if given.filelock else Client)(given.path)
    for line in sys.stdin:
        name, *words = line.split()
        try:
            answer = getattr(client, "do_" + name)(*words)
        except Exception as error:  # the test must see every error
            answer = f"error: {error!r}"
        say(answer)


if __name__ == "__main__":
    main()
