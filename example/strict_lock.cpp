// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock of two claims: its files, and why it stays held after a crash.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::acquire_options;
using boost::filelock::claim_state;
using boost::filelock::lock_error;
using boost::filelock::strict_claim;
using boost::filelock::strict_soft_file_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::show[]
// Prints the claims, with TOKEN instead of the digits that differ from run to run.
void show_claims(strict_soft_file_lock const& lock)
{
    for (strict_claim const& claim : lock.claims()) {
        auto name = claim.name;
        name.replace(name.find(claim.owner.token), claim.owner.token.size(), "TOKEN");
        std::cout << "  " << name << '\n';
    }
}
// end::show[]

// tag::hold[]
void run_payments(strict_soft_file_lock& lock)
{
    boost::lock_guard<strict_soft_file_lock> guard(lock);
    std::cout << "the claims of this process:\n";
    show_claims(lock);
    // pay
}
// end::hold[]

// Runs in another process: locks, reports that, and waits to be killed. So nothing is released.
void hold_until_killed(int say)
{
    strict_soft_file_lock lock("payments.lock");
    lock.lock();
    ::alarm(300);
    (void)!::write(say, "", 1);
    ::pause();
}

// tag::wait[]
// Returns whether the lock was acquired. Otherwise prints what an operator has to know.
bool lock_for_a_while(strict_soft_file_lock& lock, pid_t other)
{
    acquire_options how;
    how.timeout = std::chrono::milliseconds(100); // short, for this example
    try {
        lock.acquire(how);
        return true;
    } catch (lock_error const& e) {
        if (e.code() != boost::system::errc::timed_out)
            throw;
        // Your program would print `e.what()`.
        tell("the error names the other process", e.holder() && e.holder()->pid == other);
        return false;
    }
}
// end::wait[]

// tag::free[]
// An operator runs this when the owner is known to be dead. `claims` sorts by name, so the held
// claims come first.
void free_lock(strict_soft_file_lock& lock)
{
    for (strict_claim const& claim : lock.claims())
        if (claim.state != claim_state::damaged)
            lock.force_break(claim.name);
}
// end::free[]

void use_after_a_crash(pid_t other)
{
    // tag::crash[]
    strict_soft_file_lock lock("payments.lock");
    std::cout << "the claims of the other process:\n";
    show_claims(lock);
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
    tell("free after the crash", lock_for_a_while(lock, other));

    free_lock(lock);
    run_payments(lock);
    tell("claims are left after the release", !lock.claims().empty());
    tell("the file at the path is left", boost::filesystem::exists("payments.lock"));
    // end::crash[]
}

int main()
{
    int ends[2];
    if (::pipe(ends) != 0)
        throw std::runtime_error("cannot make a pipe");
    pid_t const other = ::fork();
    if (other == 0) {
        ::close(ends[0]);
        try {
            hold_until_killed(ends[1]);
        } catch (...) {
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    char byte = 0;
    if (other == -1 || ::read(ends[0], &byte, 1) != 1)
        throw std::runtime_error("the other process does not get the lock");
    use_after_a_crash(other);
}
