# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Acquires and releases a lock of Python as often as a line of input requests, and prints how many
# nanoseconds that took. The first argument is a class of filelock, or a reader or writer of an
# SQLite database with a connection that is kept open, or of a marker tree as in test/peer.

import sys
import time


def of_filelock(name, path):
    import filelock

    lock = getattr(filelock, name)(path)

    def turn():
        lock.acquire()
        lock.release()

    return turn


def of_sqlite(name, path):
    import sqlite3

    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    # The first writer adds a page to an empty file. That is no part of locking.
    connection.execute("CREATE TABLE IF NOT EXISTS page(x)")

    def read():
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM sqlite_master").fetchall()
        connection.execute("COMMIT")

    def write():
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")

    return {"reader": read, "writer": write}[name]


def of_tree(name, path):
    import pathlib

    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "peer"))
    from soft_read_write_lock import SoftReadWriteLock

    lock = SoftReadWriteLock(path)

    def turn():
        lock.acquire(name, 60)
        lock.release()

    return turn


kind, path = sys.argv[1:]
kinds = {"reader": of_sqlite, "writer": of_sqlite, "read": of_tree, "write": of_tree}
turn = kinds.get(kind, of_filelock)(kind, path)
for line in sys.stdin:
    start = time.perf_counter_ns()
    for _ in range(int(line)):
        turn()
    print(time.perf_counter_ns() - start, flush=True)
