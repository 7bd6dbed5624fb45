// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A wait with a time limit while another process holds the lock.

#include "holder.hpp"

#include <boost/filelock.hpp>

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <iostream>
#include <string>

using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::lock_error;
namespace errc = boost::system::errc;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::body[]
// The process `pid` holds the lock and does not release it.
void wait_in_vain(file_lock& lock, pid_t pid)
{
    // A result of `false` is enough if the caller knows what to do next.
    tell("try_lock_for", lock.try_lock_for(std::chrono::milliseconds(20)));

    // An exception reaches the code that can handle it, and contains more information.
    acquire_options how;
    how.timeout = std::chrono::milliseconds(20);
    try {
        lock.acquire(how);
        boost::lock_guard<file_lock> guard(lock, boost::adopt_lock);
        tell("acquire", true);
    } catch (lock_error const& e) {
        tell("acquire failed with timed_out", e.code() == errc::timed_out);
        std::cout << "lock: " << e.path().string() << '\n';
        tell("holder known", e.holder() && e.holder()->pid == pid);
        auto const held_by = "time_out.lock, held by process " + std::to_string(pid);
        tell("what() names the lock and the holder", std::string(e.what()).find(held_by) == 0);
    }

    // The same without an exception.
    boost::system::error_code ec;
    tell("acquire with an error_code", lock.acquire(how, ec));
    tell("timed_out", ec == errc::timed_out);
}
// end::body[]

int main()
{
    file_lock lock("time_out.lock");
    {
        holder const other("time_out.lock");
        wait_in_vain(lock, other.pid());
    } // ends the other process
    tell("acquired after the holder has ended", lock.try_lock_for(std::chrono::seconds(30)));
}
