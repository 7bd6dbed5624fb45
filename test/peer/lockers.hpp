// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PEER_LOCKERS_HPP
#define BOOST_FILELOCK_TEST_PEER_LOCKERS_HPP

#include "../support/child.hpp"
#include "../support/kernel_state.hpp"
#include "../support/markers.hpp"
#include "../support/temporary_directory.hpp"
#include "soft_peer.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include <unistd.h>

// Processes of ours and peers at one marker.

namespace filelock_test {
namespace fs = boost::filesystem;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;

inline bool is_taken(fs::path const& path, soft_file_lock_options const& options = {})
{
    soft_file_lock lock(path, options);
    return !lock.try_lock();
}

/// Options with a poll interval of an hour: no timer wakes a waiter except that of the grace, if
/// there is one.
inline soft_file_lock_options
hourly(std::optional<std::chrono::nanoseconds> grace = std::chrono::seconds(2))
{
    soft_file_lock_options options;
    options.poll_interval = std::chrono::hours(1);
    options.malformed_grace = grace;
    return options;
}

/// Starts a process that acquires the lock when a line arrives. It reports when it has to wait and
/// when it has acquired the lock. It then answers "still" by "yes" or "no", and releases the lock
/// at any other line.
inline std::unique_ptr<child> locker(fs::path const& path, soft_file_lock_options const& options)
{
    auto c = std::make_unique<child>([&path, options] {
        soft_file_lock lock(path, options);
        boost::filelock::acquire_options how;
        how.progress_interval = std::chrono::hours(1);
        how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
        say("ready");
        hear();
        lock.acquire(how);
        say("has it");
        boost::system::error_code ec;
        while (hear() == "still")
            say(lock.still_held(ec) ? "yes" : "no");
        lock.unlock();
        ::_exit(ec ? 1 : 0);
        return 0;
    });
    c->expect("ready");
    return c;
}

inline std::unique_ptr<child> holder(fs::path const& path)
{
    auto c = locker(path, {});
    c->write_line("");
    c->expect("has it");
    return c;
}

/// Returns a locker that sleeps in its wait.
inline std::unique_ptr<child> waiter(fs::path const& path,
                                     soft_file_lock_options const& options = hourly())
{
    auto c = locker(path, options);
    c->write_line("");
    c->expect("waiting");
    wait_until_settled(c->pid());
    return c;
}

/// Expects that the waiter gets the lock now, and lets it release the lock.
inline void gets_it(child& c)
{
    c.expect("has it");
    c.write_line("");
    BOOST_TEST(c.wait() == 0);
}

enum class ending
{
    release,
    release_of_closed, // the peer has closed the marker before
    death
};

inline std::ostream& operator<<(std::ostream& out, ending e)
{
    char const* const words[] = {"release", "release of what was closed", "death"};
    return out << words[static_cast<int>(e)];
}

inline void end(soft_peer& peer, ending how)
{
    if (how == ending::death)
        return peer.die();
    if (how == ending::release_of_closed)
        BOOST_TEST(peer.ask("close") == "closed");
    BOOST_TEST(peer.ask("release") == "released");
}

/// Ends the hold of a process of ours.
inline void end(child& c, ending how)
{
    how == ending::death ? c.kill() : c.write_line("");
}

struct beside_peers : temporary_directory
{
    bool is_empty() const { return fs::is_empty(directory); }

    /// Leaves a dead peer's marker at the path.
    void bury_a_peer() const
    {
        soft_peer peer(path);
        BOOST_TEST_REQUIRE(peer.ask("try") == "held");
        peer.die();
    }
    void bury_one_of_ours() const
    {
        auto const c = holder(path);
        c->kill();
        c->wait();
    }
};

} // namespace filelock_test

#endif
