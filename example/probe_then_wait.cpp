// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Tries to lock. If the lock is busy, prints its holder, then waits and reports the progress.

#include "holder.hpp"

#include <boost/filelock.hpp>

#include <boost/thread/locks.hpp>

#include <chrono>
#include <iostream>
#include <optional>

using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::owner_record;
using boost::filelock::wait_status;

// tag::body[]
int main()
{
    holder other("probe.lock"); // a process that holds the lock until `let_go` is called

    // Your program would print `pid` and `command`. This one does not, since they differ from run
    // to run.
    auto const tell_holder = [&other](std::optional<owner_record> const& holder) {
        bool const is_other = holder && holder->pid == other.pid();
        std::cout << (is_other ? "the other process" : "an unknown process") << " holds the lock\n";
    };

    file_lock lock("probe.lock");
    if (!lock.try_lock()) {
        std::cout << "busy: ";
        tell_holder(lock.holder());

        acquire_options how;
        how.timeout = std::chrono::seconds(30);
        how.progress_interval = std::chrono::milliseconds(10); // the default is ten seconds
        bool told = false;
        how.on_wait = [&](wait_status const& status) {
            if (status.waited == std::chrono::nanoseconds::zero()) {
                std::cout << "waiting: "; // the first call
                tell_holder(status.holder);
            } else if (!told) {
                std::cout << "still waiting: ";
                tell_holder(status.holder);
                told = true;
                other.let_go();
            }
        };
        lock.acquire(how);
    }
    boost::lock_guard<file_lock> guard(lock, boost::adopt_lock);
    std::cout << "acquired\n";
}
// end::body[]
