# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Takes a lock of Python's filelock, of the class that is the first argument, and gives it back, as
# often as it is told on a line, and says how many nanoseconds that took.

import sys
import time

import filelock

lock = getattr(filelock, sys.argv[1])(sys.argv[2])
for line in sys.stdin:
    start = time.perf_counter_ns()
    for _ in range(int(line)):
        lock.acquire()
        lock.release()
    print(time.perf_counter_ns() - start, flush=True)
