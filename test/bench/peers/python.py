# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Takes Python's lock and gives it back, as often as it is told on a line, and says how many
# nanoseconds that took.

import sys
import time

import filelock

lock = filelock.FileLock(sys.argv[1])
for line in sys.stdin:
    start = time.perf_counter_ns()
    for _ in range(int(line)):
        lock.acquire()
        lock.release()
    print(time.perf_counter_ns() - start, flush=True)
